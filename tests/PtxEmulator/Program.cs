return PlamoNative.PtxEmulator.EmulatorCommand.Run(args);
