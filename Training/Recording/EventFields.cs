namespace PlamoNative.Training.Recording;

/// <summary>Field numbers and enumeration values of TensorBoard's messages, as far as we write them.</summary>
internal static class EventFields
{
    // Event
    internal const int WallTime = 1;
    internal const int Step = 2;
    internal const int FileVersion = 3;
    internal const int Summary = 5;
    internal const int SessionLog = 7;

    // Summary, Summary.Value
    internal const int SummaryValue = 1;
    internal const int ValueTag = 1;
    internal const int ValueScalar = 2;
    internal const int ValueTensor = 8;
    internal const int ValueMetadata = 9;

    // SummaryMetadata, SummaryMetadata.PluginData
    internal const int MetadataPlugin = 1;
    internal const int MetadataDataClass = 4;
    internal const int PluginName = 1;
    internal const int TensorData = 2;

    // TensorProto
    internal const int TensorType = 1;
    internal const int TensorShape = 2;
    internal const int TensorString = 8;
    internal const int StringType = 7;

    // SessionLog
    internal const int SessionStatus = 1;
    internal const int SessionStarts = 1;
}
