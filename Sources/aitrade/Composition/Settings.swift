import Configuration
import Core
import Engine
import Foundation
import Router
import Signals
import SystemPackage

/// The execution mode.
enum ExecutionMode: String, CaseIterable {
    case backtest, paper, live
}

/// The settings of one start: environment over `.env` over defaults, checked before anything begins.
///
/// Flags of a command override these where the command has them.
struct Settings {
    var executionMode: ExecutionMode
    var allowLive: Bool
    /// Which stored assets are searched when none are named, and where assets go that have no route.
    var universe: Universe
    /// The weights of a search over several timeframes that names none.
    var timeframes: TimeframeWeights
    /// `SYMBOL:broker,...` as given; nil when nothing was configured.
    var assetRouting: String?
    var budget: Budget
    var risk: RiskSettings
    var protection: ProtectionSettings
    /// How the books are kept equal to the venues.
    var reconcile: ReconcileSettings
    var log: LogSettings
    /// What the gate allows.
    var limits: RiskLimits { risk.limits }
    /// The venue clients' settings.
    var venues: VenueSettings
    /// `ALERT_COMMAND`: what runner and watchdog run for each alert.
    var alertCommand: String?
    /// The limits that nobody set, by key, to be shown at start.
    var unsetLimits: [String] { risk.unset.map(\.rawValue) }

    /// Reads the environment and the file `.env` in the current folder.
    ///
    /// - Throws: ``CommandFailure`` (78) naming the key that is unknown or malformed.
    static func load() async throws -> Settings {
        let environment = EnvironmentVariablesProvider()
        let names = ProcessInfo.processInfo.environment.keys
        let file: EnvironmentVariablesProvider
        do {
            file = try await EnvironmentVariablesProvider(environmentFilePath: ".env", allowMissing: true)
        } catch {
            throw CommandFailure(
                .configuration, ".env cannot be read", fix: "make it a readable text file or remove it")
        }
        try refuseUnknown(Array(names), in: "the environment", isOurs: false)
        try refuseUnknown(try namesInFile(), in: ".env", isOurs: true)
        let reader = SettingReader { key in
            let value = { name in
                try environment.environmentValue(forName: name) ?? file.environmentValue(forName: name)
            }
            return key.isSecret ? try SecretText(key).read(value) : try value(key.rawValue)
        }
        return try Settings(reader)
    }

    private init(_ reader: SettingReader) throws {
        for secret in SettingKey.allCases where secret.isSecret { _ = try reader.text(secret) }
        executionMode = try reader.choice(.executionMode, of: ExecutionMode.self) ?? .backtest
        universe = try reader.choice(.universeMode, of: Universe.self) ?? .both
        allowLive = try reader.flag(.allowLive) ?? false
        timeframes = try Self.timeframes(reader)
        assetRouting = try reader.text(.assetRouting)
        venues = try VenueSettings(reader)
        _ = try reader.flag(.alertsEnabled)
        budget = try Budget(reader)
        risk = try RiskSettings(reader)
        protection = try ProtectionSettings(reader)
        reconcile = try ReconcileSettings(reader)
        log = LogSettings(
            level: try reader.choice(.logLevel, among: LogSettings.levels) ?? "info",
            json: try reader.choice(.logFormat, among: ["text", "json"]) == "json",
            file: try reader.text(.logFile))
        alertCommand = try reader.text(.alertCommand)
    }

    /// The limits that these settings alone give.
    ///
    /// - Throws: ``CommandFailure`` (78) naming the key that is malformed.
    static func limits(from values: [SettingKey: String]) throws -> RiskLimits {
        try Settings(SettingReader { values[$0] }).limits
    }

    private static func timeframes(_ reader: SettingReader) throws -> TimeframeWeights {
        guard let text = try reader.text(.signalsTimeframes) else { return .usual }
        do {
            return try TimeframeWeights(text)
        } catch {
            throw CommandFailure(
                .configuration, "SIGNALS_TIMEFRAMES is '\(text)': \(error)",
                fix: "set it to weights that add up to 1, such as \(TimeframeWeights.usual); or remove it")
        }
    }

    /// The names that `.env` sets. A line that sets nothing is refused by its number alone: it may hold a secret.
    private static func namesInFile() throws -> [String] {
        guard let text = try? String(contentsOfFile: ".env", encoding: .utf8) else { return [] }
        var names: [String] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let name = line.prefix { $0 != "=" }.trimmingCharacters(in: .whitespaces)
            guard line.contains("="), !name.isEmpty, !name.contains(where: \.isWhitespace) else {
                throw CommandFailure(
                    .configuration, "line \(index + 1) of .env is not a setting",
                    fix: "write NAME=value, without 'export'; begin comments with #")
            }
            names.append(name)
        }
        return names
    }

    private static func refuseUnknown(_ names: [String], in place: String, isOurs: Bool) throws {
        let known = Set(SettingKey.allCases.flatMap(\.spellings))
        for name in names.sorted() where !known.contains(name) {
            // The environment is everybody's; the file is ours alone.
            guard isOurs || SettingKey.prefixes.contains(where: name.hasPrefix) else { continue }
            throw CommandFailure(
                .configuration, "\(name) in \(place) is not a setting",
                fix: "did you mean \(SettingKey.closest(to: name))? .env.example lists every key")
        }
    }
}

/// Where and how to log.
struct LogSettings {
    static let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
    var level: String
    var json: Bool
    var file: String?
}

/// Reads single settings and names the key in every error.
struct SettingReader {
    let lookup: (SettingKey) throws -> String?

    init(_ lookup: @escaping (SettingKey) throws -> String?) {
        self.lookup = lookup
    }

    func text(_ key: SettingKey) throws -> String? {
        guard let value = try lookup(key), !value.isEmpty else { return nil }
        return value
    }

    func choice(_ key: SettingKey, among allowed: [String]) throws -> String? {
        guard let value = try text(key) else { return nil }
        guard allowed.contains(value) else {
            throw malformed(key, value, "one of: " + allowed.joined(separator: ", "))
        }
        return value
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: SettingKey, of type: Choice.Type) throws -> Choice?
    where Choice.RawValue == String {
        try choice(key, among: Choice.allCases.map(\.rawValue)).flatMap(Choice.init(rawValue:))
    }

    func flag(_ key: SettingKey) throws -> Bool? {
        try choice(key, among: ["0", "1"]).map { $0 == "1" }
    }

    func amount<Amount>(_ key: SettingKey, _ make: (FixedDecimal) -> Amount) throws -> Amount? {
        guard let value = try text(key) else { return nil }
        guard let number = FixedDecimal(value), number > .zero else {
            throw malformed(key, value, "a positive decimal number such as 1000 or 0.5")
        }
        return make(number)
    }

    func seconds(_ key: SettingKey) throws -> TimeSpan? {
        guard let value = try text(key) else { return nil }
        guard let count = Int64(value), (1...31_536_000).contains(count) else {
            throw malformed(key, value, "a whole number of seconds, at least 1")
        }
        return .seconds(count)
    }

    func malformed(_ key: SettingKey, _ value: String, _ expected: String) -> CommandFailure {
        let shown = key.isSecret ? "<REDACTED>" : "'\(value)'"
        return CommandFailure(
            .configuration, "\(key.rawValue) is \(shown)", fix: "set it to \(expected); or remove it")
    }
}
