using PlamoNative.Cli.Parsing;
using PlamoNative.Engine;
using PlamoNative.Training.Loop;

namespace PlamoNative.Cli;

/// <summary>Turns whatever a verb throws into an exit code and one line. Nobody ever sees a stack trace.</summary>
internal static class Failures
{
    /// <param name="failure">What was thrown.</param>
    /// <param name="inputsAccepted">Whether every input had been accepted: before that the system's errors are about inputs, afterwards about the work.</param>
    internal static (int ExitCode, string Message) Describe(Exception failure, bool inputsAccepted)
    {
        while (failure is AggregateException { InnerExceptions: [var only, ..] })
        {
            failure = only;
        }

        return failure switch
        {
            UsageException or ConfigurationException or ModelFormatException or DeviceUnavailableException => (ExitCodes.BadInput, failure.Message),
            TrainingFailedException => (ExitCodes.Failed, failure.Message),
            OperationCanceledException => (ExitCodes.Interrupted, "stopped"),
            FileNotFoundException { FileName: { Length: > 0 } file } => (CodeOfSystemError(inputsAccepted), $"{file}: expected a file, found nothing"),
            IOException or UnauthorizedAccessException => (CodeOfSystemError(inputsAccepted), failure.Message),
            ArgumentException when !inputsAccepted => (ExitCodes.BadInput, WithoutParameter((ArgumentException)failure)),
            OverflowException when !inputsAccepted => (ExitCodes.BadInput, "the sizes that the input states are too large to count"),
            OutOfMemoryException => (ExitCodes.Failed, "there is not enough memory for this"),
            _ => (ExitCodes.Failed, $"a defect in plamo: {failure.GetType().Name}: {failure.Message}"),
        };
    }

    private static int CodeOfSystemError(bool inputsAccepted) => inputsAccepted ? ExitCodes.Failed : ExitCodes.BadInput;

    /// <summary>The message without the name of a C# parameter, which means nothing on a command line.</summary>
    private static string WithoutParameter(ArgumentException failure)
    {
        var suffix = failure.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? failure.Message : failure.Message[..suffix];
    }
}
