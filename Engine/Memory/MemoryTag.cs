namespace PlamoNative.Engine;

/// <summary>Names who takes memory, for the message when a GPU has none left: <c>using (MemoryTag.Use("activations")) { ... }</c>.</summary>
public static class MemoryTag
{
    [ThreadStatic]
    private static string? _current;

    /// <summary>The calling thread's tag, or null.</summary>
    internal static string? Current => _current;

    /// <summary>Tags what the calling thread allocates until the result is disposed; tags nest, and the innermost counts.</summary>
    /// <param name="tag">A constant, so that nothing is allocated.</param>
    public static Scope Use(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var scope = new Scope(_current);
        _current = tag;
        return scope;
    }

    /// <summary>An open tag.</summary>
    public readonly ref struct Scope
    {
        private readonly string? _outer;

        internal Scope(string? outer) => _outer = outer;

        /// <summary>Goes back to the tag around it.</summary>
        public void Dispose() => _current = _outer;
    }
}
