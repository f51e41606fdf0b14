namespace PlamoNative.Compilation.Tests;
