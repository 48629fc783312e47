import Foundation
import Logging

/// Writes log lines to a rotating file, as text or as one JSON object a line. Nothing goes to the terminal: what people
/// should see there is printed by the command itself.
struct FileLogHandler: LogHandler {
    let label: String
    let file: RotatingLogFile
    let json: Bool
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { $1 }
        let time = Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true)) + "Z"
        let line =
            json
            ? jsonLine(time, event.level, "\(event.message)", values)
            : textLine(time, event.level, "\(event.message)", values)
        file.write(line)
    }

    private func textLine(_ time: String, _ level: Logger.Level, _ text: String, _ values: Logger.Metadata) -> String {
        let pairs = values.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        // One event is one line, whatever it says.
        return "\(time) \(level.rawValue.uppercased()) \(label): \(text)\(pairs)".replacing("\n", with: " ")
    }

    private func jsonLine(_ time: String, _ level: Logger.Level, _ text: String, _ values: Logger.Metadata) -> String {
        var object = ["time": time, "level": level.rawValue, "label": label, "message": text]
        for (key, value) in values where object[key] == nil { object[key] = "\(value)" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }
}

/// Sends every logger of the process to the file that the settings name.
enum LogSetup {
    /// Refuses a file that cannot be written, if the settings name one. The default beside the ledger may be silent: a
    /// full disk must not keep anyone from getting flat.
    ///
    /// - Throws: ``CommandFailure`` (78).
    static func check(_ settings: LogSettings) throws {
        guard let path = settings.file, !RotatingLogFile(URL(filePath: path)).isOpen else { return }
        throw CommandFailure(
            .configuration, "LOG_FILE \(path) cannot be written", fix: "name a writable file or remove LOG_FILE")
    }

    /// - Parameter name: The file of a process beside the runner: two processes do not rotate one file. It lies where
    ///   the runner's lies.
    static func start(_ settings: LogSettings, stateFolder: URL, name: String? = nil) {
        var url = settings.file.map { URL(filePath: $0) } ?? stateFolder.appending(path: "trade_bot.log")
        if let name { url = url.deletingLastPathComponent().appending(path: name) }
        let file = RotatingLogFile(url)
        let level = Logger.Level(rawValue: settings.level) ?? .info
        LoggingSystem.bootstrap { label in
            FileLogHandler(label: label, file: file, json: settings.json, logLevel: level)
        }
    }
}
