using PlamoNative.Engine;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>Opens a model wherever it lies: a folder is taken for Hugging Face's layout, a file for GGUF.</summary>
public static class ModelLoader
{
    /// <summary>Opens a model. Files are mapped, not read: it takes little time and memory whatever the size.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="device">Where kernels run.</param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <exception cref="ModelFormatException">A file is not what it must be.</exception>
    /// <exception cref="ConfigurationException">An option is wrong.</exception>
    /// <exception cref="IOException">Nothing is there, or it cannot be read.</exception>
    public static LoadedModel Open(string path, Device device, ModelLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(device);
        options ??= new ModelLoadOptions();
        options.Validate();
        return Directory.Exists(path) ? HuggingFaceFolder.Open(path, device, options) : GgufModel.Open(path, device, options);
    }
}
