namespace PlamoNative.Runtime.Chat;

/// <summary>Who speaks in a conversation.</summary>
public enum ChatSpeaker
{
    /// <summary>Standing instructions.</summary>
    System,

    /// <summary>The person.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>One message of a conversation.</summary>
/// <param name="Speaker">Who says it.</param>
/// <param name="Text">What is said; text that spells a control token stays text.</param>
public sealed record ChatTurn(ChatSpeaker Speaker, string Text);
