import Core
import Engine
import Foundation
import Storage

/// One thing that is imagined to have been otherwise on a recorded day.
enum WhatIf: Equatable {
    /// The kill switch was engaged at a time of day, or at a moment.
    case killAtTime(milliseconds: Int64)
    case kill(Timestamp)
    /// A limit had another value.
    case limit(SettingKey, String)

    /// Reads `kill@12:00`, `kill@2024-03-01T12:00` or `RISK_MAX_ORDER_NOTIONAL=100`.
    ///
    /// - Throws: ``CommandFailure`` (64, or 78 for a setting that makes no sense).
    init(_ text: String) throws {
        if text.hasPrefix("kill@") {
            let moment = String(text.dropFirst(5))
            let parts = moment.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
            if parts.count == 2, let hour = parts[0], let minute = parts[1], 0..<24 ~= hour, 0..<60 ~= minute {
                self = .killAtTime(milliseconds: (hour * 60 + minute) * 60_000)
            } else {
                self = .kill(try Flags.moment(moment, flag: "--what-if kill@"))
            }
            return
        }
        let parts = text.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
        guard parts.count == 2, let key = SettingKey(rawValue: parts[0]), parts[0].hasPrefix("RISK_") else {
            throw CommandFailure(
                .usage, "--what-if '\(text)' is not known",
                fix: "kill@12:00, kill@2024-03-01T12:00, or a limit such as RISK_MAX_ORDER_NOTIONAL=100")
        }
        self = .limit(key, parts[1])
    }
}

/// Everything that is imagined to have been otherwise.
struct WhatIfPlan {
    /// When the kill switch was engaged, if at all.
    private(set) var killAt: Timestamp?
    /// The members of the limits, as JSON, that have another value.
    private var limits: [String: Any] = [:]
    /// Those that are taken away.
    private var removed: Set<String> = []

    var isEmpty: Bool { killAt == nil && limits.isEmpty && removed.isEmpty }

    /// - Parameter start: A time of day means the first such moment from here on.
    init(_ changes: [WhatIf], from start: Timestamp) throws {
        for change in changes {
            switch change {
            case .kill(let moment): killAt = moment
            case .killAtTime(let time):
                let day = start.milliseconds / 86_400_000 * 86_400_000
                let moment = Timestamp(milliseconds: day + time)
                killAt = moment < start ? moment + .seconds(86_400) : moment
            case .limit(let key, let value): try note(key, value)
            }
        }
    }

    /// Finds which members of the limits a setting stands for, by making limits with and without it.
    private mutating func note(_ key: SettingKey, _ value: String) throws {
        let wanted = try Self.members(try Settings.limits(from: [key: value]))
        let plain = try Self.members(try Settings.limits(from: [:]))
        // A value that equals the default shows no difference: another one finds the member.
        let probe = (try? Settings.limits(from: [key: "1"])).flatMap { try? Self.members($0) } ?? plain
        let other = (try? Settings.limits(from: [key: "2"])).flatMap { try? Self.members($0) } ?? plain
        let names = Set(wanted.keys).union(plain.keys).union(probe.keys).union(other.keys)
        for name in names {
            let differs = [wanted, probe, other].contains { !Self.equal($0[name], plain[name]) }
            guard differs else { continue }
            if let value = wanted[name] { limits[name] = value } else { removed.insert(name) }
        }
    }

    /// The configuration as it would have been.
    func changed(_ configuration: EngineConfiguration) throws -> EngineConfiguration {
        guard !limits.isEmpty || !removed.isEmpty else { return configuration }
        let data = try JSONEncoder().encode(configuration)
        guard var form = try JSONSerialization.jsonObject(with: data) as? [String: Any],
            var members = form["limits"] as? [String: Any]
        else { return configuration }
        for name in removed { members[name] = nil }
        for (name, value) in limits { members[name] = value }
        form["limits"] = members
        return try JSONDecoder().decode(
            EngineConfiguration.self, from: try JSONSerialization.data(withJSONObject: form))
    }

    private static func members(_ limits: RiskLimits) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: try JSONEncoder().encode(limits)) as? [String: Any] ?? [:]
    }

    private static func equal(_ one: Any?, _ other: Any?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        let texts = [one, other].map { value in
            (try? JSONSerialization.data(withJSONObject: [value], options: .sortedKeys)) ?? Data()
        }
        return texts[0] == texts[1]
    }
}
