using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PlamoNative.Tests;

/// <summary>A short name for exact results, so that a test can compare bits between machines.</summary>
public static class BitHash
{
    /// <summary>The first 16 hexadecimal digits of the SHA-256 of the little-endian values.</summary>
    public static string Of(ReadOnlySpan<float> values) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(values)))[..16];
}
