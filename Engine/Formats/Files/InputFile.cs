namespace PlamoNative.Engine.Formats;

/// <summary>Opens files that strangers wrote: a pipe, a device or a folder in place of a file is refused before it is opened; links are followed.</summary>
public static class InputFile
{
    /// <summary>Throws unless <paramref name="path"/> leads to a regular file.</summary>
    /// <exception cref="ModelFormatException">The path leads to a pipe, a device, a socket or a folder.</exception>
    /// <exception cref="IOException">Nothing is there (<see cref="FileNotFoundException"/>, <see cref="DirectoryNotFoundException"/>), or a link leads in a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder on the way may not be searched.</exception>
    public static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        switch (FileKinds.Of(path))
        {
            case FileKind.Regular:
                return;
            case FileKind.Missing:
                // Opening tells a missing file from a missing folder, a link in a loop and a folder that may not be searched.
                FileErrors.NameReading(path, () => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)).Dispose();
                return;

            case var kind:
                throw new ModelFormatException(path, "file", "a regular file", FileKinds.Describe(kind));
        }
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <returns>A seekable stream without a buffer of its own; the caller disposes it.</returns>
    /// <exception cref="ModelFormatException">The path leads to a pipe, a device, a socket or a folder.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static FileStream Open(string path)
    {
        Check(path);
        return FileErrors.NameReading(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0));
    }

    /// <summary>Reads a whole small file, such as a configuration.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The length above which the file is refused without being read.</param>
    /// <exception cref="ModelFormatException">The file is longer than <paramref name="maxBytes"/>, or is no regular file.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static byte[] ReadAllBytes(string path, int maxBytes)
    {
        using var stream = Open(path);
        var length = stream.Length;
        if (length > maxBytes)
        {
            throw new ModelFormatException(path, "file length", $"at most {maxBytes} bytes", $"{length} bytes");
        }

        var bytes = new byte[length];
        return FileErrors.NameReading(path, () =>
        {
            stream.ReadExactly(bytes);
            return bytes;
        });
    }
}
