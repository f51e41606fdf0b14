using System.Globalization;
using System.Text.Json;
using PlamoNative.Tests;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

/// <summary>The files of ../shared/oracle/ptx, which the project did not write; a test that asks for one is skipped where they are absent.</summary>
internal static class Oracle
{
    public static JsonElement Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedData.Require("oracle/ptx"), file)));
        return document.RootElement.Clone();
    }

    public static uint Hex(this JsonElement element) => Hex(element.GetString()!);

    public static ulong Hex64(this JsonElement element) => ulong.Parse(element.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static uint Hex(string text) => uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static float Single(this JsonElement element) => BitConverter.UInt32BitsToSingle(element.Hex());

    public static uint[] UInt32s(this JsonElement element) => [.. element.EnumerateArray().Select(item => item.GetUInt32())];

    /// <summary>Registers given as [lane][register] in hex, as [register][lane].</summary>
    public static uint[] Registers(this JsonElement element)
    {
        var lanes = element.GetArrayLength();
        var result = new uint[element[0].GetArrayLength() * lanes];
        for (var lane = 0; lane < lanes; lane++)
        {
            for (var register = 0; register < element[lane].GetArrayLength(); register++)
            {
                result[register * lanes + lane] = element[lane][register].Hex();
            }
        }

        return result;
    }
}
