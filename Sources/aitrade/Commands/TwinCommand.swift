import ArgumentParser

/// `aitrade twin`.
struct TwinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "twin",
        abstract: "A local venue that speaks a real one's REST and WebSocket, with faults on demand.",
        discussion: "Example: aitrade twin bitget --port 8787",
        subcommands: [TwinBitget.self, TwinTInvest.self])
}

/// What every twin takes.
struct TwinOptions: ParsableArguments {
    @Option(help: "Port on this machine; 0 takes any free one.") var port = 8787
    @Option(help: "Address to listen on.") var host = "127.0.0.1"
    @Option(help: "Seed of everything random: faults, books, walks.") var seed: UInt64 = 1
    @Option(help: "JSON file of what goes wrong; see docs/twin.md.") var faults: String?
    @Option(help: "Instruments, such as BTCUSDT,LINKUSDT; those of the venue with stored bars by default.")
    var assets: String?
    @Option(help: "Folder of bar files.") var bars = "data_cache/bars"
    @Option(help: "Interval of the stored bars to follow; 1h for coins and 1d for shares by default.")
    var interval: String?
    @Option(help: "Bars from this moment on: 2024-03-01, or ms; the last quarter by default.") var from: String?
    @Option(help: "Seconds of the bars' time that pass in one second.") var speed = 1.0
    @Option(help: "real: the venue lives now. bars: it lives in the stored bars' own time.") var clock = "real"
    @Option(help: "JSON file of prices instead of bars; see docs/twin.md.") var script: String?
    @Flag(help: "Begin anew, even if a twin was killed here that this one would go on for.") var new = false
    @Flag(help: "Print a line for each request.") var trace = false
    @Flag(help: "Print what started as JSON.") var json = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535") }
        guard speed.isFinite, speed > 0, speed <= 1_000_000 else {
            throw ValidationError("--speed takes a number above 0, at most 1000000")
        }
        guard ["real", "bars"].contains(clock) else { throw ValidationError("--clock takes real or bars") }
    }
}
