/// Which switches of the fault menu are on, and how strongly. Data: a plan is read from a scenario's JSON.
///
///     {"dropResponse": {"chance": 0.05}, "freeze": {"perDay": 4, "seconds": [5, 90]}}
public struct FaultPlan: Hashable, Codable, Sendable {
    private var settings: [FaultSwitch: FaultSetting]

    /// A plan of some switches; without any, nothing ever goes wrong.
    public init(_ settings: [FaultSwitch: FaultSetting] = [:]) {
        self.settings = settings
    }

    /// How a switch is set; nil when it is off.
    public subscript(fault: FaultSwitch) -> FaultSetting? {
        get { settings[fault] }
        set { settings[fault] = newValue }
    }

    /// The switches that are on, by name.
    public var switches: [FaultSwitch] { settings.keys.sorted() }

    /// Reads a plan.
    ///
    /// - Throws: ``ScenarioError`` for a switch or a field that does not exist or makes no sense.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.knownKeys(FaultSwitch.self)
        settings = [:]
        for fault in container.allKeys {
            let setting = try container.decode(FaultSetting.self, forKey: fault)
            if let problem = setting.problem(for: fault) {
                throw ScenarioError.badValue(path: (decoder.codingPath + [fault]).scenarioPath, problem: problem)
            }
            settings[fault] = setting
        }
    }

    /// Writes the switches that are on.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FaultSwitch.self)
        for fault in switches { try container.encode(settings[fault], forKey: fault) }
    }
}

/// Why a scenario cannot be read.
public enum ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such key at this place.
    case unknownKey(path: String, known: [String])
    /// A value makes no sense.
    case badValue(path: String, problem: String)

    public var description: String {
        switch self {
        case .unknownKey(let path, let known): "unknown key '\(path)': known here are \(known.joined(separator: ", "))"
        case .badValue(let path, let problem): "'\(path)' \(problem)"
        }
    }
}

extension Decoder {
    /// The keyed container of this place, once every key in it was found among the cases of `Key`.
    package func knownKeys<Key: CodingKey & CaseIterable>(_ type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let known = Key.allCases.map(\.stringValue)
        for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
            throw ScenarioError.unknownKey(path: (codingPath + [key]).scenarioPath, known: known.sorted())
        }
        return try container(keyedBy: type)
    }
}

extension [any CodingKey] {
    /// A place in a scenario: `venues[0].faults.delay`.
    package var scenarioPath: String {
        reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
