import ArgumentParser
import Core
import Engine
import Foundation
import Runner
import Storage

/// `aitrade status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Mode, age of the heartbeat, positions, protections, kill switch.",
        discussion: """
            Reads the heartbeat, the kill-switch file and the ledger; works while the runner works and when it is down.

            Example: aitrade status --json
            """)

    @OptionGroup var state: StateFolderOption
    @Flag(help: "Print JSON.") var json = false

    private struct Status: Encodable {
        var heartbeat: Heartbeat?
        var beatAgeSeconds: Double?
        var runnerPid: Int32?
        var killSwitchFile: String
        var latched: KillLatch?
        var positions: [LedgerPositionRow]
        var protections: [ProtectionRow]
        var assets: [AssetRow]
        var halts: [HaltRecord]
        var lastProvenFlat: ProvenFlat?
        var lastProvenFlatAgeSeconds: Double?
        var risk: RiskProjection?
        /// Why the books cannot be read; positions, protections and halts are then unknown.
        var booksError: String?
    }

    private struct ProtectionRow: Encodable {
        var symbol: Symbol
        var state: String
        var stop: Price?
        var takeProfit: Price?
        var quantity: Quantity
        var triggerPrice: TriggerPrice
        var unprotectedNotionalSeconds: FixedDecimal
    }

    /// The part of runner_state.json that is shown.
    private struct AssetRow: Codable {
        var symbol: String
        var broker: String
        var target: Double?
        var lastPrice: Price?
        var noTrade: String?
        var held: Bool
        var hold: String?
        var residual: Residual?
    }

    /// What stays open until the market opens, in money.
    struct Residual: Codable {
        var quantity: Quantity
        var worth: Money?
        var currency: String
        var opensAt: Timestamp?
    }

    private struct StateForm: Decodable {
        var assets: [AssetRow]
    }

    func run() async throws {
        let folder = URL(filePath: state.folder)
        let path = folder.appending(path: "trades.sqlite").path
        guard FileManager.default.fileExists(atPath: path) else {
            let drill = ProvenFlat.last(halts: [], drills: DrillBook(stateFolder: folder).read())?.halt.flatAfter
            let rehearsed = drill.map { "; the last rehearsal of the kill switch was flat after \($0.milliseconds) ms" }
            throw CommandFailure(
                .corruptInput, "there is no ledger in \(state.folder)\(rehearsed ?? "")",
                fix: "start a runner: aitrade run --loop --assets BTCUSDT; or name the folder with --state-dir")
        }
        var status = beat(in: folder)
        do {
            try read(LedgerReader(path: path), folder, into: &status)
        } catch {
            status.booksError = (error as? any ExplainedError)?.problem ?? "\(error)"
            if json { try Output.json(status) } else { show(status) }
            throw error
        }
        if json { try Output.json(status) } else { show(status) }
    }

    /// What the files beside the books tell.
    private func beat(in folder: URL) -> Status {
        let decoder = JSONDecoder()
        let beat = (try? Data(contentsOf: folder.appending(path: "runner_heartbeat.json")))
            .flatMap { try? decoder.decode(Heartbeat.self, from: $0) }
        let form = (try? Data(contentsOf: folder.appending(path: "runner_state.json")))
            .flatMap { try? decoder.decode(StateForm.self, from: $0) }
        let now = Date().timeIntervalSince1970
        return Status(
            heartbeat: beat, beatAgeSeconds: beat.map { now - Double($0.at.milliseconds) / 1000 },
            runnerPid: InstanceLock.holder(path: folder.appending(path: "runner.lock").path)?.pid,
            killSwitchFile: describe(KillSwitchFile(folder: folder).read()), positions: [], protections: [],
            assets: form?.assets ?? [], halts: [], risk: Self.risk(in: folder))
    }

    private func read(_ ledger: LedgerReader, _ folder: URL, into status: inout Status) throws {
        status.latched = try ledger.latch()
        status.positions = try ledger.positions().filter { $0.quantity != .zero }
        let held = Set(status.positions.map(\.symbol))
        status.protections = try ledger.protections().filter { held.contains($0.symbol) }.map {
            ProtectionRow(
                symbol: $0.symbol, state: $0.state, stop: $0.stop, takeProfit: $0.takeProfit, quantity: $0.quantity,
                triggerPrice: $0.triggerPrice, unprotectedNotionalSeconds: $0.unprotected)
        }
        status.halts = HaltRecord.all(in: try ledger.meta())
        let proof = ProvenFlat.last(halts: status.halts, drills: DrillBook(stateFolder: folder).read())
        status.lastProvenFlat = proof
        status.lastProvenFlatAgeSeconds = proof?.halt.flatAt.map {
            Date().timeIntervalSince1970 - Double($0.milliseconds) / 1000
        }
    }

    private func describe(_ reading: KillSwitchReading) -> String {
        switch reading {
        case .missing: "missing (released)"
        case .released: "released"
        case .engaged(let reason): "ENGAGED: \(reason)"
        case .unreadable: "UNREADABLE (counts as engaged after one second)"
        }
    }

    /// Why an asset does or does not trade: the strongest reason first.
    private func why(_ asset: AssetRow, _ status: Status) -> String {
        if let latch = status.latched { return "no trade: halted by the kill switch (\(latch.reason))" }
        let idle = status.runnerPid == nil ? "no runner is running" : nil
        if asset.hold == EntryHold.external.rawValue {
            return "no trade: EXTERNAL position; aitrade acknowledge \(asset.symbol) --by NAME\(flag) "
                + "lets entries go on"
        }
        if asset.hold == AwaitedVenue.hold { return "no trade: VENUE_SILENT \(asset.noTrade ?? asset.broker)" }
        if asset.hold == EntryHold.unread.rawValue, idle == nil {
            let error = status.heartbeat.flatMap { BrokerLines($0).error(of: asset.broker) }
            return "no trade: ACCOUNT_UNREAD \(asset.broker) has not told what it holds since the start"
                + (error.map { " (\($0))" } ?? "")
        }
        if asset.held { return "no trade: held after repeated refusals" }
        if let cause = status.risk?.restrictions.first { return "no trade: \(cause.summary)" }
        if let refusal = asset.noTrade { return "no trade: \(refusal)" + (idle.map { "; \($0)" } ?? "") }
        return idle.map { "no trade: \($0)" } ?? "follows its signals"
    }

    private var flag: String { StateFolder.flag(state.folder) }

    private func showHalts(_ status: Status) {
        if status.latched != nil, let halt = status.halts.last {
            let stages = halt.stages.map { "\($0.name.trimmingCharacters(in: .whitespaces)) \($0.span)" }
            print("  halt        \(stages.joined(separator: ", ")) after the trigger")
        }
        guard let proof = status.lastProvenFlat, let age = status.lastProvenFlatAgeSeconds else {
            return print("  proven flat never; aitrade kill --drill\(flag) rehearses it")
        }
        let span = proof.halt.flatAfter.map { "\($0.milliseconds) ms" } ?? "?"
        let ago = age < 5400 ? "\(Output.number(age / 60, 0)) min" : "\(Output.number(age / 3600, 1)) h"
        print("  proven flat \(ago) ago by a \(proof.kind.rawValue), \(span) after the trigger")
    }

    private func show(_ status: Status) {
        if let beat = status.heartbeat {
            let age = Output.number(status.beatAgeSeconds ?? 0, 1)
            let state = Self.state(beat, status.runnerPid)
            print("  runner      \(state), \(beat.mode) mode, pid \(beat.pid), beat \(age) s ago")
            if let time = beat.marketTime, time > .epoch { print("  market      \(Output.time(time)) UTC") }
            if let error = beat.lastError { print("  last error  \(error)") }
            if status.runnerPid != nil { BrokerLines(beat).lines.forEach { print("  venue       \($0)") } }
        } else {
            print("  runner      no heartbeat yet")
        }
        if let figures = status.heartbeat?.unprotectedNotionalSeconds {
            for (currency, figure) in figures.sorted(by: { $0.key < $1.key }) {
                print("  unprotected \(figure) \(currency) x s so far")
            }
        }
        print("  kill file   \(status.killSwitchFile)")
        if let problem = status.booksError {
            print("  books       NOT READ: \(problem)")
            print("  positions   UNKNOWN; the venue knows: aitrade positions")
            return
        }
        print("  latch       \(status.latched.map { "HALTED: \($0.reason)" } ?? "none (not latched)")")
        showHalts(status)
        if let risk = status.risk { Self.show(risk, flag) }
        if status.positions.isEmpty { print("  positions   none") }
        for position in status.positions {
            let cover = status.protections.first { $0.symbol == position.symbol }
            let stop = cover?.stop.map { "stop \($0)" } ?? "no stop"
            let profit = cover?.takeProfit.map { ", take-profit \($0)" } ?? ""
            print("  position    \(position.symbol) \(position.quantity), \(stop)\(profit), \(cover?.state ?? "none")")
        }
        for asset in status.assets {
            let why = why(asset, status)
            print("  asset       \(asset.symbol) on \(asset.broker), target \(asset.target ?? 0): \(why)")
            if let residual = asset.residual { Self.show(residual, of: asset.symbol) }
        }
    }
}
