public import Core
public import Engine
public import Foundation
import Storage

/// Where regime documents come from.
public protocol RegimeSource: Sendable {
    /// Where that is, for people.
    var name: String { get }
    /// Reads the document as it is now.
    func read() async throws -> Data
}

/// A document in a file.
public struct RegimeFile: RegimeSource {
    private let path: String

    /// A document at `path`.
    public init(path: String) {
        self.path = path
    }

    /// The path.
    public var name: String { path }

    /// Reads the file.
    ///
    /// - Throws: When there is none, or it is larger than a mebibyte.
    public func read() async throws -> Data {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw RegimeDocument.Fault(description: "\(path) cannot be opened")
        }
        defer { try? handle.close() }
        let data = try handle.read(upToCount: Self.limit + 1) ?? Data()
        guard data.count <= Self.limit else {
            throw RegimeDocument.Fault(description: "\(path) is larger than \(Self.limit) bytes")
        }
        return data
    }

    private static let limit = 1 << 20
}

/// Something besides venues and signals that tells the engine events.
public protocol EventFeed: Sendable {
    /// What is due at `now`.
    func due(_ engine: Engine, at now: Timestamp) async -> [EngineEvent]
}

/// Reads the regime now and then, and hands out each reading when its moment has come and never before.
///
/// It is read in the background: a slow source never holds the loop up. Until the first reading has come the engine
/// knows no regime, and opens nothing. A source that fails twice in a row is told as a fault.
public actor RegimeFeed: EventFeed {
    private let source: any RegimeSource
    private let uptime: @Sendable () -> Duration
    private var document: [RegimeReading] = []
    private var fault: String?
    private var failures = 0
    private var toldFault: String?
    private var readAgainAt: Duration?
    private var reading: Task<Void, Never>?

    /// So long after a reading the next one follows, and after a failure.
    private static let spacing = (reading: Duration.seconds(60), failure: Duration.seconds(1))

    /// A feed from `source`.
    public init(_ source: any RegimeSource, uptime: @escaping @Sendable () -> Duration) {
        (self.source, self.uptime) = (source, uptime)
    }

    /// Reads the source and waits for it: a replay begins with its readings at hand.
    public func start() async {
        refresh()
        await reading?.value
        if fault == nil, failures > 0 { refresh() }
        await reading?.value
    }

    /// The newest reading whose moment has come, or a fault; each once.
    public func due(_ engine: Engine, at now: Timestamp) -> [EngineEvent] {
        if readAgainAt.map({ uptime() >= $0 }) ?? true { refresh() }
        if let fault {
            if toldFault == fault { return [] }
            toldFault = fault
            return [.regime(RegimeReading(at: now, fault: "\(source.name): \(fault)"))]
        }
        guard let newest = document.last(where: { $0.at <= now }) else { return [] }
        let isNews = toldFault != nil || engine.risk.regime.map { $0.fault != nil || newest.at > $0.at } ?? true
        guard isNews, newest != engine.risk.regime else { return [] }
        toldFault = nil
        return [.regime(newest)]
    }

    private func refresh() {
        guard reading == nil else { return }
        reading = Task { await read() }
    }

    private func read() async {
        do {
            document = try RegimeDocument(try await source.read()).readings
            (failures, fault) = (0, nil)
            readAgainAt = uptime() + Self.spacing.reading
        } catch {
            failures += 1
            // A file that is being rewritten is no fault; one that stays broken is.
            if failures > 1 { fault = "\(error)" }
            readAgainAt = uptime() + Self.spacing.failure
        }
        reading = nil
    }
}

/// An operator who looks once a day: whatever restricts trading is released when a new UTC day begins. For replays of
/// years, which nobody sits beside; each release is in the journal like one by hand.
public struct DailyRelease: EventFeed {
    private let name: String

    /// An operator called `name`.
    public init(by name: String) {
        self.name = name
    }

    /// A release of everything, when something restricts since yesterday.
    public func due(_ engine: Engine, at now: Timestamp) -> [EngineEvent] {
        DailyOperator.release(engine, by: name, at: now).map { [$0] } ?? []
    }
}

/// Several feeds, one after the other.
public struct JoinedFeeds: EventFeed {
    private let feeds: [any EventFeed]

    /// All of `feeds`.
    public init(_ feeds: [any EventFeed]) {
        self.feeds = feeds
    }

    /// What is due of all feeds, in their order.
    public func due(_ engine: Engine, at now: Timestamp) async -> [EngineEvent] {
        var events: [EngineEvent] = []
        for feed in feeds { events += await feed.due(engine, at: now) }
        return events
    }
}
