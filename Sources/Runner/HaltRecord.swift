public import Core
import Engine
import Foundation

/// The kill-switch file engaged the switch.
struct KillTrigger: Hashable, Sendable {
    /// The reason it gives.
    let reason: String
    /// When the file was changed, by the wall clock.
    let at: Timestamp
}

/// How long one halt took, by the wall clock: the proof behind "it gets flat when told".
public struct HaltRecord: Hashable, Codable, Sendable {
    /// Why.
    public var reason: String
    /// When the switch was pulled: when its file changed.
    public var triggeredAt: Timestamp
    /// From then until nothing but reductions could leave, durably; nil while it has not happened.
    public var blockedAfter: TimeSpan?
    /// From then until no order was left at any venue.
    public var cancelledAfter: TimeSpan?
    /// From then until every venue was read flat.
    public var flatAfter: TimeSpan?

    /// A halt that was just triggered.
    public init(reason: String, triggeredAt: Timestamp) {
        (self.reason, self.triggeredAt) = (reason, triggeredAt)
    }

    /// When it was proven flat.
    public var flatAt: Timestamp? { flatAfter.map { triggeredAt + $0 } }
}

extension HaltRecord {
    private static let prefix = "halt:"

    /// Where the ledger's meta keeps it.
    var metaKey: String { "\(Self.prefix)\(triggeredAt.milliseconds)" }

    var json: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Every halt in a ledger's meta, oldest first.
    public static func all(in meta: [String: String]) -> [HaltRecord] {
        meta.filter { $0.key.hasPrefix(prefix) }.values
            .compactMap { try? JSONDecoder().decode(HaltRecord.self, from: Data($0.utf8)) }
            .sorted { $0.triggeredAt < $1.triggeredAt }
    }
}

/// Measures a halt from the events that pass by.
struct HaltClock: Sendable {
    /// The halt that is on its way, or the last one.
    private(set) var record: HaltRecord?
    /// What each venue said last of orders that may still execute.
    private var ordersLeft: [BrokerName: Bool] = [:]
    private var trigger: KillTrigger?
    private var isChanged = false

    /// Goes on with a halt that a restart interrupted.
    init(resuming record: HaltRecord?) { self.record = record }

    /// The file engaged the switch; the engine hears of it next.
    mutating func triggered(_ trigger: KillTrigger) { self.trigger = trigger }

    /// The switch is pulled.
    ///
    /// - Returns: The record to write down with the kill; nil for a restart, which engages again what was engaged
    ///   before: the first instant counts.
    mutating func begin(_ reason: String, at now: Timestamp) -> HaltRecord? {
        guard record == nil else { return nil }
        let begun = HaltRecord(reason: reason, triggeredAt: min(trigger?.at ?? now, now))
        (record, trigger, ordersLeft) = (begun, nil, [:])
        return begun
    }

    /// Looks at a step of the engine.
    ///
    /// - Returns: What a person has to be told.
    mutating func note(_ event: EngineEvent, _ engine: Engine, at now: Timestamp) -> [Alert] {
        switch event {
        case .kill:
            guard record != nil, record?.blockedAfter == nil else { break }
            set(\.blockedAfter, since(now))
            isChanged = true
            return []
        case .snapshot(let snapshot) where engine.kill.isEngaged:
            ordersLeft[snapshot.broker] = !snapshot.openOrders.isEmpty
        case .release:
            if !engine.kill.isEngaged { record = nil }
            return []
        default: break
        }
        return progress(engine, at: now)
    }

    private mutating func progress(_ engine: Engine, at now: Timestamp) -> [Alert] {
        guard engine.kill.isEngaged, record != nil, let brokers = engine.configuration?.brokers else { return [] }
        var alerts: [Alert] = []
        let isEmpty = brokers.allSatisfy { ordersLeft[$0] == false }
        if record?.cancelledAfter == nil, isEmpty || engine.kill.phase == .flat {
            set(\.cancelledAfter, since(now))
            isChanged = true
            alerts.append(Alert(.notice, "KILL_CANCELLED", "no order is left at any venue"))
        }
        if record?.flatAfter == nil, engine.kill.phase == .flat {
            set(\.flatAfter, since(now))
            isChanged = true
            alerts.append(Alert(.notice, "KILL_FLAT", "every venue was read and holds nothing"))
        }
        return alerts
    }

    private mutating func set(_ stage: WritableKeyPath<HaltRecord, TimeSpan?>, _ span: TimeSpan) {
        record?[keyPath: stage] = span
    }

    private func since(_ now: Timestamp) -> TimeSpan {
        max(now - (record?.triggeredAt ?? now), .zero)
    }

    /// The record, when it has changed since it was asked for last.
    mutating func changedRecord() -> HaltRecord? {
        defer { isChanged = false }
        return isChanged ? record : nil
    }
}
