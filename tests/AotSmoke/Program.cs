using System.Globalization;
using PlamoNative.AotSmoke;

if (args.Length != 3)
{
    Console.Error.WriteLine("usage: PlamoNative.AotSmoke MODEL-FOLDER ID,ID,... COUNT");
    return 1;
}

var prompt = args[1].Split(',').Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray();
Smoke.Run(args[0], prompt, int.Parse(args[2], CultureInfo.InvariantCulture), Console.Out);
return 0;
