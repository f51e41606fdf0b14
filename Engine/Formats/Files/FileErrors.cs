using System.Runtime.InteropServices;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// Throws system errors again with the path as the user gave it (the system's own text names the temporary file) and with a text of our own: a trimmed
/// program may have lost the runtime's.
/// </summary>
internal static class FileErrors
{
    private const string Writing = "cannot be written";
    private const string Reading = "cannot be read";

    internal static void NameWriting(string path, Action action) => Name(path, Writing, () =>
    {
        action();
        return 0;
    });

    internal static T NameReading<T>(string path, Func<T> action) => Name(path, Reading, action);

    internal static IOException Written(string path, IOException failure) => Named(path, Writing, failure);

    private static T Name<T>(string path, string verb, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (IOException failure)
        {
            throw Named(path, verb, failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new UnauthorizedAccessException($"{path}: {verb}: permission denied", failure);
        }
    }

    private static IOException Named(string path, string verb, IOException failure) => failure switch
    {
        FileNotFoundException => new FileNotFoundException($"{path}: {verb}: no such file", path, failure),
        DirectoryNotFoundException => new DirectoryNotFoundException($"{path}: {verb}: no such folder", failure),
        PathTooLongException => new PathTooLongException($"{path}: {verb}: the name is too long", failure),
        _ => new IOException($"{path}: {verb}: {Reason(failure)}", failure),
    };

    /// <summary>The system's own words for its error number, which .NET keeps in HResult: bare on Unix, below a facility on Windows.</summary>
    private static string Reason(IOException failure)
    {
        const int Facility = unchecked((int)0x80070000);
        var number = OperatingSystem.IsWindows() ? failure.HResult ^ Facility : failure.HResult;
        return number is > 0 and <= ushort.MaxValue ? OneLine.Clean(Marshal.GetPInvokeErrorMessage(number)) : OneLine.Clean(failure.Message);
    }
}
