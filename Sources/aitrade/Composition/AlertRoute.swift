import Engine
import Foundation
import Logging

/// Where the watchdog's alerts go: a line on standard error, the log, and the command that the settings name.
struct AlertRoute {
    /// How long the command may take.
    static let patience = Duration.seconds(10)

    let command: String?
    let log: Logger

    private struct Form: Encodable {
        let code: String
        let severity: String
        let text: String
        let at: String
    }

    /// Sends one alert. The command runs beside whatever comes next: nothing waits for it.
    ///
    /// - Returns: The command's run, to be awaited before the process ends.
    @discardableResult
    func send(_ alert: Alert) -> Task<Void, Never>? {
        let text = alert.message.replacing("\n", with: " ")
        FileHandle.standardError.write(Data("ALERT \(alert.code) \(alert.severity.rawValue): \(text)\n".utf8))
        log.critical("alert", metadata: ["code": "\(alert.code)", "text": "\(text)"])
        guard let command else { return nil }
        return Task { await run(command, alert) }
    }

    private func run(_ command: String, _ alert: Alert) async {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "AITRADE_ALERT_CODE": alert.code, "AITRADE_ALERT_SEVERITY": alert.severity.rawValue,
            "AITRADE_ALERT_TEXT": alert.message,
        ]) { $1 }
        let input = Pipe()
        process.standardInput = input
        do {
            try process.run()
        } catch {
            return log.error("the alert command cannot be started", metadata: ["error": "\(error)"])
        }
        // A few hundred bytes fit into the pipe whether or not somebody reads them.
        try? input.fileHandleForWriting.write(contentsOf: line(alert))
        try? input.fileHandleForWriting.close()
        let end = ContinuousClock.now + Self.patience
        while process.isRunning, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            log.error("the alert command took too long and was ended")
        } else if process.terminationStatus != 0 {
            log.error("the alert command failed", metadata: ["status": "\(process.terminationStatus)"])
        }
    }

    private func line(_ alert: Alert) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let form = Form(
            code: alert.code, severity: alert.severity.rawValue, text: alert.message,
            at: Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true)) + "Z")
        return try encoder.encode(form) + [10]
    }
}
