import Core
import Foundation
import Simulator
import Storage
import Twins

/// What a twin says when it has started.
struct TwinLines {
    let venue: String
    let facts: [String]
    /// What a client has to be told, by the names of its settings.
    let environment: [String: String]
}

/// What a twin of any venue needs before it starts: instruments, bars, prices, faults.
struct TwinStage {
    let market: TwinMarket
    let faults: FaultDesk
    let script: [ScriptStep]?
    private let options: TwinOptions
    private let sources: [String]

    /// - Parameters:
    ///   - interval: Of the bars to follow where none is named.
    ///   - now: When the twin begins, or began.
    init(_ options: TwinOptions, broker: BrokerName, interval: String, at now: Timestamp) throws {
        self.options = options
        let (instruments, series) = try Self.bars(options, broker: broker, interval)
        var start = now
        if let from = options.from {
            start = try Flags.moment(from, flag: "--from")
        } else if let first = series.first {
            start = Timestamp(milliseconds: first.openTimes[first.count * 3 / 4])
        }
        let prices = TwinMarket(
            instruments: instruments, series: series, start: start, speed: options.speed,
            clock: options.clock == "bars" ? .bars : .real, seed: options.seed, at: now)
        market = prices
        faults = FaultDesk(
            plan: try options.faults.map(TwinFiles.plan) ?? TwinFaultPlan(), name: broker.text, seed: options.seed,
            at: now)
        script = try options.script.map(TwinFiles.script)
        if let unknown = script?.first(where: { step in !instruments.contains { $0.symbol == step.symbol } }) {
            throw CommandFailure(
                .corruptInput,
                "price script \(options.script ?? "") names \(unknown.symbol), which is not traded here",
                fix: "add it to --assets")
        }
        sources = instruments.map { instrument in
            let bars = series.first { $0.symbol == instrument.symbol }
            let price = prices.price(instrument.symbol)?.description ?? "no price"
            return bars.map {
                "\(instrument.symbol) at \(price): \($0.count) bars of \($0.interval) at \(options.speed)x"
            } ?? "\(instrument.symbol) at \(price): a random walk, no bars stored"
        }
    }

    private static func bars(
        _ options: TwinOptions, broker: BrokerName, _ standard: String
    ) throws -> (instruments: [Instrument], series: [BarSeries]) {
        let catalog = try InstrumentCatalog(folder: options.bars)
        let store = BarStore(folder: options.bars)
        let interval = try Flags.interval(options.interval ?? standard)
        let symbols =
            try options.assets.map(Flags.symbols)
            ?? catalog.instruments.map(\.symbol).filter { catalog.broker(of: $0) == broker }
        let stored = Set(try store.names().filter { $0.interval == interval }.map(\.symbol))
        let series = try symbols.filter(stored.contains).map { try store.load($0, interval) }.filter { !$0.isEmpty }
        let instruments = symbols.compactMap { symbol in
            catalog.listed(symbol) ?? series.first { $0.symbol == symbol }.map(InstrumentCatalog.inferred)
        }
        guard !instruments.isEmpty, instruments.count == symbols.count else {
            let missing = symbols.filter { symbol in !instruments.contains { $0.symbol == symbol } }
            throw CommandFailure(
                .corruptInput,
                missing.isEmpty
                    ? "\(options.bars) lists no instrument of \(broker)"
                    : "\(missing.map(\.name).joined(separator: ", ")): neither listed in \(options.bars)/"
                        + "\(InstrumentCatalog.fileName) nor with bars of \(interval)",
                fix: "name instruments with --assets, another folder with --bars, or import bars")
        }
        return (instruments, series)
    }

    /// Serves a world until a signal comes.
    ///
    /// - Parameters:
    ///   - memory: What a twin that was killed had been told, and where this one writes that down.
    ///   - lines: What to say, given the port.
    func serve<World: TwinWorld>(
        _ world: World, _ memory: TwinMemory? = nil, lines: (_ port: Int) -> TwinLines
    ) async throws {
        let trace: (@Sendable (String) -> Void)? = options.trace ? { @Sendable line in Output.warn(line) } : nil
        var journal: TwinJournal?
        if let memory { journal = { memory.note($0, isFelt: $1) } }
        let host = TwinHost(world, wallClock: SystemTime.wall, trace: trace, journal: journal)
        if let memory { recall(memory, host) }
        let (stops, stopped) = AsyncStream.makeStream(of: Void.self)
        let listener = await StopSignals.forward(to: { stopped.yield() })
        defer { listener.cancel() }
        let server: TwinServer
        do {
            server = try await TwinServer.start(host, address: options.host, port: options.port)
        } catch {
            let words = "\(error)"
            let reason =
                words.contains("errno: 98")
                ? "something listens there already"
                : words.contains("nknownHost") || words.contains("unknown(host")
                    ? "this machine has no such address" : words
            throw CommandFailure(
                .venueUnavailable, "port \(options.port) of \(options.host) cannot be opened: \(reason)",
                fix: "another one with --port, or --port 0 for any free one")
        }
        try say(lines(server.port), port: server.port)
        for await _ in stops { break }
        await server.stop()
        memory?.forget()
        if !options.json { print("Stopped.") }
    }

    /// Goes through what a twin was told that was killed. Its streams are gone.
    private func recall<World: TwinWorld>(_ memory: TwinMemory, _ host: TwinHost<World>) {
        guard !memory.inputs.isEmpty else { return }
        Output.warn(
            "a twin was killed here: this one goes on with its orders, positions and money (--new begins anew)")
        let end = TwinInput(at: SystemTime.wall(), .lost)
        host.replay(memory.inputs + [end])
        memory.note(end, isFelt: true)
    }

    private struct Started: Encodable {
        let venue: String
        let port: Int
        let seed: UInt64
        let sources: [String]
        let environment: [String: String]
        let control: String
    }

    private func say(_ lines: TwinLines, port: Int) throws {
        let control = "http://\(options.host):\(port)/twin/status"
        if options.json {
            try Output.json(
                Started(
                    venue: lines.venue, port: port, seed: options.seed, sources: sources,
                    environment: lines.environment, control: control))
        } else {
            print("A local twin of \(lines.venue) listens on \(options.host) port \(port) (seed \(options.seed)).")
            for line in lines.facts + sources { print("  \(line)") }
            print("  control \(control)")
            if let plan = options.faults { print("  faults \(plan)") }
            print("For a client in another terminal:")
            for (name, value) in lines.environment.sorted(by: { $0.key < $1.key }) {
                print("  export \(name)=\(value)")
            }
            print("Ctrl-C ends it.")
        }
        Output.flush()
    }
}

/// The JSON files a twin reads.
enum TwinFiles {
    static func plan(_ path: String) throws -> TwinFaultPlan {
        try decoded(path, "fault plan", fix: "docs/twin.md lists the keys")
    }

    static func script(_ path: String) throws -> [ScriptStep] {
        try decoded(
            path, "price script", fix: "a list of {\"at\": seconds, \"symbol\": \"BTCUSDT\", \"price\": \"61000\"}")
    }

    private static func decoded<Value: Decodable>(_ path: String, _ what: String, fix: String) throws -> Value {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.corruptInput, "\(what) \(path) cannot be read", fix: "name a file that is there")
        }
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch let error as ScenarioError {
            throw CommandFailure(.corruptInput, "\(what) \(path): \(error)", fix: fix)
        } catch let error as DecodingError {
            throw CommandFailure(.corruptInput, "\(what) \(path): \(BundledScenarios.sentence(error))", fix: fix)
        }
    }
}
