import ArgumentParser
import Core
import Engine
import Foundation
import Runner
import Storage

/// `aitrade why`.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Why an asset does or does not trade.",
        discussion: """
            Names the rule that stands in the way, what it saw and what it allows (docs/risk.md lists the rules). Works
            while the runner works and when it is down.

            Example: aitrade why BTCUSDT
            """)

    @Argument(help: "The asset, such as BTCUSDT.") var symbol: String
    @OptionGroup var state: StateFolderOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let symbol = try Flags.symbol(symbol)
        let folder = StateFolder(path: state.folder)
        let answer = try WhyAnswer(symbol, folder)
        if json { return try Output.json(answer) }
        print(answer.verdict)
        for line in answer.lines { print("  \(line)") }
    }
}

/// Why one asset does or does not trade: the strongest reason first.
struct WhyAnswer: Encodable {
    let symbol: Symbol
    /// Whether an entry would not be stopped by what is known now.
    let trades: Bool
    /// `no trade: SPREAD_CAP 0.41 > 0.30 at 12:04:10`, or what it follows.
    let verdict: String
    /// The rule that stands in the way.
    let code: String?
    let figures: String?
    let sentence: String?
    let at: Timestamp?
    let runnerPid: Int32?
    let position: Quantity
    let target: Double?
    let restrictions: [TradingRestriction]
    let refused: [RiskProjection.Count]
    let unsetLimits: [String]
    /// What the runner's last beat says of venues that do not answer, and its last error.
    let venueSilence: String?
    let lastError: String?
    private let flag: String

    private enum CodingKeys: String, CodingKey {
        case symbol, trades, verdict, code, figures, sentence, at, runnerPid, position, target, restrictions, refused,
            unsetLimits, venueSilence, lastError
    }

    /// The part of an asset in runner_state.json that matters here.
    private struct AssetForm: Decodable {
        let symbol: Symbol
        let broker: String
        let position: Quantity
        let target: Double?
        let held: Bool
        let hold: String?
        let noTrade: String?
    }

    private struct StateForm: Decodable {
        let assets: [AssetForm]
        let risk: RiskProjection
    }

    init(_ symbol: Symbol, _ folder: StateFolder) throws {
        let state: StateForm = try folder.state()
        guard let asset = state.assets.first(where: { $0.symbol == symbol }) else {
            let known = state.assets.map(\.symbol.name).joined(separator: ", ")
            throw CommandFailure(
                .usage, "\(symbol) is not traded in \(folder.path)",
                fix: "name one of: \(known); or another --state-dir")
        }
        self.symbol = symbol
        (position, target) = (asset.position, asset.target)
        (restrictions, refused) = (state.risk.restrictions, state.risk.refused)
        unsetLimits = state.risk.unsetLimits
        runnerPid = folder.runnerPid
        flag = StateFolder.flag(folder.path)
        var beat: Heartbeat?
        if case .beat(let last) = StateFolderEye(folder: URL(filePath: folder.path)).beat() { beat = last }
        lastError = beat?.lastError
        venueSilence = runnerPid == nil ? nil : beat.flatMap { BrokerLines($0).silence(of: asset.broker) }
        let error = beat.flatMap { BrokerLines($0).error(of: asset.broker) }
        let reason = try Self.reason(asset, state.risk, folder, error) ?? Self.unreachable(asset, venueSilence)
        (code, figures, sentence, at) = (reason?.code, reason?.figures, reason?.sentence, reason?.at)
        trades = reason == nil && runnerPid != nil
        if let reason {
            verdict =
                "no trade: \(reason.code) \(reason.figures)" + (reason.at.map { " at \($0.timeOfDay)" } ?? "")
        } else if runnerPid == nil {
            verdict = "no trade: no runner is running"
        } else {
            verdict = "follows its signals"
        }
    }

    private struct Reason {
        var code: String
        var figures: String
        var sentence: String
        var at: Timestamp?
    }

    private static func reason(
        _ asset: AssetForm, _ risk: RiskProjection, _ folder: StateFolder, _ error: String?
    ) throws -> Reason? {
        if let latch = try folder.ledger().latch() {
            return Reason(
                code: "KILL_SWITCH", figures: latch.reason, sentence: "everything is halted by the kill switch",
                at: latch.at)
        }
        if asset.hold == EntryHold.external.rawValue {
            return Reason(
                code: RiskCode.externalPosition.rawValue, figures: "\(asset.position)",
                sentence: "someone else changed the position; aitrade acknowledge \(asset.symbol) --by NAME"
                    + "\(StateFolder.flag(folder.path)) lets "
                    + "entries go on", at: nil)
        }
        if let reason = silence(asset, isRunning: folder.runnerPid != nil, error) { return reason }
        if asset.held {
            return Reason(
                code: "SYMBOL_HELD", figures: "until the next signal",
                sentence: "the venue refused too often; the alerts say why", at: nil)
        }
        if let cause = risk.restrictions.first {
            return Reason(
                code: cause.rule.rawValue, figures: cause.figures,
                sentence: cause.sentence + "; nothing opens until somebody releases it", at: cause.since)
        }
        guard let refusal = risk.refusals.first(where: { $0.symbol == asset.symbol }) else { return nil }
        return Reason(
            code: refusal.code.rawValue, figures: refusal.figures, sentence: refusal.sentence, at: refusal.at)
    }

    /// A venue that answered before and does not now.
    private static func unreachable(_ asset: AssetForm, _ silence: String?) -> Reason? {
        silence.map { Reason(code: "VENUE_UNREACHABLE", figures: asset.broker, sentence: $0, at: nil) }
    }

    /// A venue that has not said what is to be known before anything is opened.
    private static func silence(_ asset: AssetForm, isRunning: Bool, _ error: String?) -> Reason? {
        switch asset.hold {
        case AwaitedVenue.hold:
            Reason(
                code: "VENUE_SILENT", figures: asset.broker, sentence: asset.noTrade ?? "it does not answer", at: nil)
        case EntryHold.unread.rawValue where isRunning:
            Reason(
                code: "ACCOUNT_UNREAD", figures: asset.broker,
                sentence: "\(asset.broker) has not told what it holds since the start; it is asked again all the time"
                    + (error.map { " (\($0))" } ?? ""),
                at: nil)
        default: nil
        }
    }

    /// What people read below the verdict.
    var lines: [String] {
        var lines = [sentence.map { text in "\(text)" + (at.map { " (\(Output.time($0)) UTC)" } ?? "") }].compactMap {
            $0
        }
        if let venueSilence, venueSilence != sentence { lines.append(venueSilence) }
        if let lastError { lines.append("last error of the runner: \(lastError)") }
        if code != nil, runnerPid == nil { lines.append("no runner is running") }
        for cause in restrictions {
            lines.append("release it: aitrade release --by NAME --rule \(cause.rule.rawValue) --reason TEXT\(flag)")
        }
        lines.append("holds \(position), target \(target ?? 0)")
        if !refused.isEmpty {
            lines.append("refused so far, all assets: \(RefusedText.line(refused))")
        }
        if !unsetLimits.isEmpty { lines.append("limits that nobody set: \(unsetLimits.joined(separator: ", "))") }
        return lines
    }
}

/// Refused entries by rule, as people read them.
enum RefusedText {
    static func line(_ counts: [RiskProjection.Count]) -> String {
        counts.map { "\($0.code.rawValue) \($0.entries)" }.joined(separator: ", ")
    }
}
