#!/usr/bin/env bash
# Packs the libraries into a local feed and runs a console program that references only the package PlamoNative, in an empty folder outside of the repository.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for project in Engine Kernels Kernels/Compiled Runtime/PlamoNative.Runtime.csproj Runtime/Package; do
  dotnet pack "$root/$project" -c Release -v quiet --nologo -o "$work/feed"
done
dotnet run -c Release --project "$root/Runtime/Cli" -- init --preset plamo-2-nano --seed 1 --out "$work/model"

mkdir "$work/app"
cat > "$work/app/nuget.config" <<XML
<configuration>
  <config><add key="globalPackagesFolder" value="$work/packages" /></config>
  <packageSources><add key="local" value="$work/feed" /></packageSources>
</configuration>
XML
cat > "$work/app/app.csproj" <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="PlamoNative" Version="*" />
    <PackageReference Include="Microsoft.Extensions.DependencyInjection" Version="10.0.*" />
  </ItemGroup>
</Project>
XML
cat > "$work/app/Program.cs" <<'CS'
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using PlamoNative.Runtime.Ai;
using PlamoNative.Runtime.Hosting;

var options = new ChatOptions { MaxOutputTokens = 16, Seed = 7 };
using (IChatClient client = PlamoChatClient.Load(args[0]))
{
    Console.WriteLine($"device: {client.GetService<ChatClientMetadata>()?.ProviderUri}");
    await foreach (var update in client.GetStreamingResponseAsync("吾輩は", options))
    {
        Console.Write(update.Text);
    }

    Console.WriteLine();
}

var services = new ServiceCollection();
services.AddPlamo(plamo => plamo.Model = args[0]);
await using var provider = services.BuildServiceProvider();
var response = await provider.GetRequiredService<IChatClient>().GetResponseAsync("猫である", options);
Console.WriteLine($"{response.Usage?.InputTokenCount} tokens in, {response.Usage?.OutputTokenCount} out, finished: {response.FinishReason}");
CS
cd "$work/app"
dotnet run -c Release -- "$work/model"
echo "the package works from a local feed"
