import Core
import Foundation
import Runner
import Storage

/// Who hears a kill switch that was just written, and what to do where nobody does.
struct KillEcho {
    private let folder: String
    private let engages: Bool
    private let hasLedger: Bool
    /// Whether somebody worked on the folder when the switch was written.
    private let isHeard: Bool
    private let pid: Int32?
    /// What closes everything where nobody hears it.
    private var hands: [String] = []
    /// Whether what the folder's runs held was simulated.
    private let isSimulated: Bool

    /// Looks at the folder before the switch is written.
    init(folder: String, engages: Bool) {
        (self.folder, self.engages) = (folder, engages)
        let ledger = "\(folder)/trades.sqlite"
        hasLedger = FileManager.default.fileExists(atPath: ledger)
        isHeard = InstanceLock.isHeld(path: "\(folder)/runner.lock")
        pid = InstanceLock.holder(path: "\(folder)/runner.lock")?.pid
        let mode = hasLedger ? (try? LedgerReader(path: ledger).identity())?.mode : nil
        isSimulated = mode.map { $0 != ExecutionMode.live.rawValue } ?? false
    }

    /// Finds the venues at which something may be open: those of the last beat, else all that there are keys for.
    /// The switch is written already, so that nothing here can keep it from being so.
    mutating func findHands() async {
        guard engages, !isHeard, !isSimulated else { return }
        var beat: Heartbeat?
        if case .beat(let last) = StateFolderEye(folder: URL(filePath: folder)).beat() { beat = last }
        let symbols = beat.map { $0.positions.keys.sorted() } ?? []
        var venues = (beat?.brokers.keys.sorted() ?? []).map { BrokerName($0) }.filter(Venues.real.contains)
        if venues.isEmpty, let settings = try? await Settings.load() {
            venues = EmergencyRoutes(settings, nil).routes.keys.sorted()
        }
        hands = venues.map { venue in
            let assets = venue == Venues.spot && !symbols.isEmpty ? " --assets \(symbols.joined(separator: ","))" : ""
            return "aitrade flatten --venue \(venue)\(assets)\(StateFolder.flag(folder))"
        }
    }

    /// The same for scripts.
    struct Report: Encodable {
        let enabled: Bool
        let reason: String
        let file: String
        let hasLedger: Bool
        /// Whether a runner acts on it.
        let isHeard: Bool
        let runnerPid: Int32?
        /// What closes everything where no runner does.
        let commands: [String]
    }

    func report(_ file: KillSwitchFile, _ reason: String) -> Report {
        Report(
            enabled: engages, reason: reason, file: file.url.path, hasLedger: hasLedger, isHeard: isHeard,
            runnerPid: pid, commands: hands)
    }

    /// What people read; the last line is the one that matters.
    func lines(_ file: KillSwitchFile) -> [String] {
        let (path, flag) = (file.url.path, StateFolder.flag(folder))
        let missing =
            "There is no ledger in \(folder): no runner has worked there, so this switch stops nobody elsewhere. "
            + "Is it the right --state-dir?"
        guard engages else {
            let released = "The kill switch is released: \(path)."
            return [released + (hasLedger ? " A runner trades again once its venues are proven flat." : "")]
                + (hasLedger ? [] : [missing])
        }
        var lines = ["The kill switch is engaged: \(path)."]
        if isHeard {
            return lines + ["The runner closes everything; `aitrade status\(flag)` shows when everything is flat."]
        }
        if isSimulated {
            lines.append("No runner works here. Its venue is simulated, so nothing is held anywhere else.")
        } else if hands.isEmpty {
            lines.append(
                "No runner works here: nothing is being closed. Close what is open at a venue with its keys set: "
                    + "aitrade flatten\(flag)")
        } else {
            lines.append("No runner works here: nothing is being closed. Close what is open:")
            lines += hands.map { "  \($0)" }
        }
        return lines + (hasLedger ? [] : [missing])
    }
}
