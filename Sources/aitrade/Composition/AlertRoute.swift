import Engine
import Foundation
import Logging
import Runner

/// Where alerts go: a line on standard error, the log, and the command that the settings name.
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
        return Task {
            if let problem = await Self.run(command, alert) {
                log.error("an alert did not arrive", metadata: ["error": "\(problem)"])
            }
        }
    }

    /// A runner's way to the command: its log and its standard error have the alert already.
    static func queue(_ settings: Settings) -> AlertQueue? {
        settings.alertCommand.map { command in
            AlertQueue(log: Logger(label: "alerts")) { await run(command, $0) }
        }
    }

    /// Runs the command for one alert.
    ///
    /// - Returns: Why it did not do its work; nil when it did.
    private static func run(_ command: String, _ alert: Alert) async -> String? {
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
            // A line fits into the pipe whether or not somebody reads it. It is written before anybody could have
            // closed the other end, which would end this process too.
            try input.fileHandleForWriting.write(contentsOf: line(alert))
            try process.run()
        } catch {
            return "the alert command cannot be started: \(error)"
        }
        try? input.fileHandleForWriting.close()
        let end = ContinuousClock.now + patience
        while process.isRunning, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            return "the alert command took longer than \(patience) and was ended"
        }
        let status = process.terminationStatus
        return status == 0 ? nil : "the alert command failed with status \(status)"
    }

    private static func line(_ alert: Alert) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let form = Form(
            code: alert.code, severity: alert.severity.rawValue, text: String(alert.message.prefix(4096)),
            at: Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true)) + "Z")
        return try encoder.encode(form) + [10]
    }
}

extension AlertQueue {
    /// Runs `body`, and waits a moment for the alerts of its end before the process ends.
    static func during<Result: Sendable>(
        _ queue: AlertQueue?, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await body()
            await queue?.close()
            return result
        } catch {
            await queue?.close()
            throw error
        }
    }
}
