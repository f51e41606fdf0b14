namespace PlamoNative.PtxEmulator.Parsing;

internal enum TokenKind
{
    End,

    /// <summary>A name: opcode, register, symbol.</summary>
    Word,

    /// <summary>A dot and what follows it: directive, type, modifier, component; the text is without the dot.</summary>
    Dot,
    Integer,
    Single,
    Double,
    Text,
    Symbol,
}

/// <summary>One token; numbers carry their bits.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, ulong Bits = 0)
{
    internal bool Is(char symbol) => Kind == TokenKind.Symbol && Text[0] == symbol;

    internal string Found => Kind == TokenKind.End ? "the end of the text" : $"'{(Kind == TokenKind.Dot ? "." : "")}{Text}'";
}
