import Foundation
import FoundationNetworking
import Testing

/// A venue that a twin plays.
enum TwinVenue: String, Sendable {
    case bitget, tinvest

    /// What is traded there.
    var asset: String { self == .bitget ? "BTCUSDT" : "SBER" }
    /// As the client's commands call it.
    var client: String { self == .bitget ? "bitget" : "tinkoff" }
    /// The settings that must never be seen outside the environment.
    fileprivate var secretKeys: [String] {
        switch self {
        case .bitget: ["BITGET_API_KEY", "BITGET_API_SECRET", "BITGET_API_PASSPHRASE"]
        case .tinvest: ["TINKOFF_API_TOKEN"]
        }
    }
}

/// `aitrade twin` as a process, and its control endpoint.
final class TwinAtWork: Sendable {
    let program: Program
    let venue: TwinVenue
    let port: Int
    /// What a client of it has to be told, keys included.
    let environment: [String: String]

    /// Texts that must never be seen outside the environment.
    var secrets: [String] { venue.secretKeys.compactMap { environment[$0] } }

    /// Starts one on a free port, in a folder of its own inside the site.
    init(
        _ site: Site, _ flags: [String] = [], port: Int = 0, venue: TwinVenue = .bitget,
        bars: String = Workshop.bundle.path, clock: ClockShim? = nil
    ) async throws {
        self.venue = venue
        let folder = site.url.appending(path: "twin/\(venue.rawValue)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let started = try Program(
            ["twin", venue.rawValue, "--json", "--port", String(port), "--assets", venue.asset, "--bars", bars] + flags,
            in: folder, environment: clock?.environment ?? [:])
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

    /// What it says against something that it does not take.
    func complaint(_ command: String, _ body: String) async throws -> String {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/twin/\(command)"))
        var request = URLRequest(url: url)
        (request.httpMethod, request.httpBody) = ("POST", Data(body.utf8))
        let (data, _) = try await URLSession.shared.data(for: request)
        let root = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return try #require(root?["error"] as? String)
    }

    /// How many of its last thousands of requests were of one method.
    func calls(_ method: String) async throws -> Int {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/twin/log?last=5000"))
        let (data, _) = try await URLSession.shared.data(from: url)
        let rows = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        return rows.count { ($0["path"] as? String)?.hasSuffix(method) ?? false }
    }

    /// How often a switch of the fault menu was felt since the plan in force.
    func felt(_ fault: String) async throws -> Int {
        (try await control("status")["faultsFelt"] as? [String: Any])?[fault] as? Int ?? 0
    }

    /// Holds the price where it is put.
    func price(_ price: String) async throws {
        try await control("price", #"{"symbol":"\#(venue.asset)","price":"\#(price)"}"#)
    }

    /// The price now.
    func price() async throws -> String {
        let prices = try #require(try await control("status")["prices"] as? [String: Any])
        return try #require(prices[venue.asset] as? String)
    }

    /// What the venue has.
    func books() async throws -> TwinBooks { TwinBooks(root: try await control("books"), venue: venue) }

    /// Waits until the venue's books are as they should be.
    func until(
        _ what: String, within limit: Duration = .seconds(45), _ condition: (TwinBooks) -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        var last: TwinBooks?
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

    /// What a process that runs has written to standard error.
    var errorsSoFar: String { get throws { try soFar("errors") } }
}
