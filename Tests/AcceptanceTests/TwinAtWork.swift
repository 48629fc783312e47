import Core
import Foundation
import FoundationNetworking
import Signals
import Testing

/// `aitrade twin bitget` as a process, and its control endpoint.
final class TwinAtWork: Sendable {
    let program: Program
    let port: Int
    /// What a client of it has to be told, keys included.
    let environment: [String: String]

    /// Texts that must never be seen outside the environment.
    var secrets: [String] {
        ["BITGET_API_KEY", "BITGET_API_SECRET", "BITGET_API_PASSPHRASE"].compactMap { environment[$0] }
    }

    /// Starts one on a free port, in a folder of its own inside the site.
    init(_ site: Site, _ flags: [String] = [], port: Int = 0) async throws {
        let folder = site.url.appending(path: "twin", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let bars = Workshop.bundle.path
        let started = try Program(
            ["twin", "bitget", "--json", "--port", String(port), "--assets", "BTCUSDT", "--bars", bars] + flags,
            in: folder)
        program = started
        var found: [String: Any]?
        let end = ContinuousClock.now + .seconds(30)
        while found == nil, ContinuousClock.now < end {
            found = try JSONSerialization.jsonObject(orNil: started.outputSoFar)
            if found == nil { try await Task.sleep(for: .milliseconds(10)) }
        }
        let root = try #require(found, "the twin did not start")
        self.port = try #require(root["port"] as? Int)
        environment = try #require(root["environment"] as? [String: String])
    }

    /// Asks the control endpoint.
    @discardableResult
    func control(_ command: String, _ body: String? = nil) async throws -> [String: Any] {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/twin/\(command)"))
        var request = URLRequest(url: url)
        request.timeoutInterval = 10
        if let body { (request.httpMethod, request.httpBody) = ("POST", Data(body.utf8)) }
        let (data, _) = try await URLSession.shared.data(for: request)
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(root["error"] == nil, "\(command): \(String(decoding: data, as: UTF8.self))")
        return root
    }

    /// Holds the price where it is put.
    func price(_ price: String) async throws {
        try await control("price", #"{"symbol":"BTCUSDT","price":"\#(price)"}"#)
    }

    /// The price now.
    func price() async throws -> String {
        let prices = try #require(try await control("status")["prices"] as? [String: Any])
        return try #require(prices["BTCUSDT"] as? String)
    }

    /// What the venue has.
    func books() async throws -> Books { Books(root: try await control("books")) }

    /// Waits until the venue's books are as they should be.
    func until(_ what: String, _ condition: (Books) -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(45)
        var last: Books?
        while ContinuousClock.now < end {
            let books = try await books()
            if condition(books) { return }
            last = books
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("waited in vain: \(what); \(last.map { "\($0.root)" } ?? "")")
        throw CancellationError()
    }

    /// Ends it.
    func stop() async throws {
        program.send(SIGTERM)
        _ = try await program.end()
    }

    struct Books {
        let root: [String: Any]

        private func rows(_ name: String) -> [[String: Any]] { root[name] as? [[String: Any]] ?? [] }

        /// Signed quantities of what is held.
        var held: [String] {
            rows("positions").compactMap { row in
                guard let text = row["quantity"] as? String, FixedDecimal(text) != .zero else { return nil }
                return text
            }
        }
        var livePlans: [[String: Any]] { rows("plans").filter { $0["status"] as? String == "live" } }
        var openOrders: [[String: Any]] {
            rows("orders").filter { ["live", "new", "partially_filled"].contains($0["orderStatus"] as? String ?? "") }
        }
        var orders: [[String: Any]] { rows("orders") }
        var isFlat: Bool { held.isEmpty && livePlans.isEmpty && openOrders.isEmpty }

        /// Executions: trade, side, price, quantity and fee, to the last digit.
        var fills: [String] {
            rows("fills").map { row in
                let fee = (row["feeDetail"] as? [[String: Any]])?.first?["fee"]
                return [row["execId"], row["side"], row["execPrice"], row["execQty"], fee].map(Self.exact)
                    .joined(separator: " ")
            }.sorted()
        }

        /// A number in one spelling.
        static func exact(_ value: Any?) -> String {
            let text = value as? String ?? (value as? NSNumber)?.stringValue ?? ""
            return text.count < 18 ? FixedDecimal(text)?.description ?? text : text
        }
    }
}

extension JSONSerialization {
    /// The object that a text is; nil while it is none.
    fileprivate static func jsonObject(orNil text: String) -> [String: Any]? {
        (try? jsonObject(with: Data(text.utf8))) as? [String: Any]
    }
}

extension Program {
    /// What it has printed until now.
    var outputSoFar: String { get throws { try soFar("output") } }
}

/// Artifacts whose rows are known, for every minute around now.
enum KnownRows {
    /// Rows of BTCUSDT: `target` decides by the minute, counted from the last full one.
    static func write(
        to url: URL, stop: Double, takeProfit: Double, target: (_ minute: Int) -> Double
    ) throws {
        let symbol = try #require(Symbol("BTCUSDT"))
        let minute: Int64 = 60_000
        let interval = try #require(BarInterval("1m"))
        let now = Int64(Date().timeIntervalSince1970 * 1000) / minute * minute
        let opens = (-240...1440).map { now + $0 * minute }
        let ones = opens.map { _ in 1.0 }
        let series = try BarSeries(
            symbol: symbol, interval: interval, openTimes: opens, open: ones, high: ones, low: ones, close: ones,
            volume: ones)
        let bars = try #require(ArtifactBars(series))
        let train = ArtifactWindow(first: bars.first, last: now - 180 * minute)
        let none = ArtifactStatistics(
            trades: 0, netReturn: 0, fees: 0, maxDrawdown: 0, exposure: 0, buyAndHold: 0, sharpe: nil, winRate: nil,
            profitFactor: nil)
        let fold = ArtifactFold(
            train: train, trade: ArtifactWindow(first: now - 120 * minute, last: now + 1000 * minute), tail: true,
            genome: ["known": 1], inSample: none, outOfSample: none)
        var columns = SignalColumns()
        for offset in -2...600 {
            let side = target(offset)
            columns.append(
                SignalRow(
                    symbol: symbol, time: Timestamp(milliseconds: now + Int64(offset) * minute), target: side,
                    confidence: 1, stop: side == 0 ? nil : side > 0 ? stop : takeProfit,
                    takeProfit: side == 0 ? nil : side > 0 ? takeProfit : stop, fold: 0))
        }
        let asset = ArtifactAsset(
            symbol: symbol, bars: bars, folds: [fold],
            production: ArtifactProduction(fold: 0, genome: ["known": 1], train: train), statistics: none,
            columns: columns)
        let artifact = try SignalsArtifact(
            origin: ArtifactOrigin(
                generator: ArtifactGenerator(name: "test", version: "1"), mode: .walk, preset: "known", seed: 1,
                interval: interval, trainWindow: 1, tradeWindow: 1,
                costs: ArtifactCosts(feeBps: 6, slippageBps: 1),
                search: ArtifactSearch(
                    population: 1, generations: 1, evaluations: 1, trials: 1, trialSharpeVariance: nil)),
            assets: [asset])
        try Data(try artifact.encode()).write(to: url)
    }
}
