namespace PlamoNative.Engine.Formats;

/// <summary>System errors name the temporary file; people know the one they asked for.</summary>
internal static class OutputErrors
{
    internal static void Name(string path, Action action)
    {
        try
        {
            action();
        }
        catch (IOException failure)
        {
            throw Named(path, failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new UnauthorizedAccessException($"{path}: cannot be written: {OneLine.Clean(failure.Message)}", failure);
        }
    }

    internal static IOException Named(string path, IOException failure)
    {
        var message = $"{path}: cannot be written: {OneLine.Clean(failure.Message)}";
        return failure is DirectoryNotFoundException ? new DirectoryNotFoundException(message, failure) : new IOException(message, failure);
    }
}
