import ArgumentParser
import Core
import Foundation
import Twins

/// `aitrade twin tinvest`.
struct TwinTInvest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tinvest",
        abstract: "A local T-Invest: REST and WebSocket, shares in lots, production or sandbox manners.",
        discussion: """
            Rehearse against it with any program that speaks T-Invest: the simulated exchange matches the orders, prices
            follow stored bars, a script or the control endpoint, sessions and halts follow a calendar, and what goes
            wrong is chosen by a plan. Its tokens open nothing anywhere else. Runs until Ctrl-C.

            Example: aitrade twin tinvest --port 8788 --assets SBER --sessions moscow

            While it runs:
              curl -s localhost:8788/twin/books
              curl -s localhost:8788/twin/price -d '{"symbol":"SBER","price":"305.12"}'
              curl -s localhost:8788/twin/session -d '{"status":"SESSION_CLOSE"}'
              curl -s localhost:8788/twin/quirks -d '{"lateOrders":1,"duplicates":"state"}'

            docs/twin.md lists everything.
            """)

    @OptionGroup var options: TwinOptions
    @Flag(help: "Play the sandbox: UUIDs, whole fills, accounts to be opened and funded.") var sandbox = false
    @Option(help: "Roubles in the account at the start (production).") var balance = "1000000"
    @Option(help: "Commission on every deal, in basis points.") var commission = "5"
    @Option(help: "Milliseconds before an accepted order is matched (production).") var orderLag = 5
    @Option(help: "Milliseconds before a cancellation has its effect.") var cancelLag = 0
    @Option(help: "Milliseconds by which positions lag behind deals.") var positionLag = 0
    @Option(help: "Milliseconds between a stop's end and the order it becomes.") var childLag = 0
    @Option(help: "How requests are counted: documents or portal.") var tariff = "documents"
    @Option(help: "What a repeated order id is answered with: refuse (30057) or state.") var duplicates = "refuse"
    @Option(help: "What stop orders do in the sandbox: rest, fire or refuse.") var sandboxStops = "rest"
    @Option(help: "always, moscow, or a JSON file of phases, holidays and halts.") var sessions = "always"
    @Option(help: "Milliseconds for which positions are told as loading at the start.") var loading = 0
    @Flag(help: "Refuse to sell short.") var noShort = false
    @Flag(help: "Do not count requests against the limits.") var noLimits = false

    func validate() throws {
        guard TInvestDuplicates(rawValue: duplicates) != nil else {
            throw ValidationError("--duplicates takes refuse or state")
        }
        guard TInvestSandboxStops(rawValue: sandboxStops) != nil else {
            throw ValidationError("--sandbox-stops takes rest, fire or refuse")
        }
        guard TInvestTariff(rawValue: tariff) != nil else {
            throw ValidationError("--tariff takes documents or portal")
        }
        guard (0...60_000).contains(positionLag), (0...60_000).contains(childLag) else {
            throw ValidationError("--position-lag and --child-lag take 0 to 60000 ms")
        }
        guard (0...60_000).contains(orderLag), (0...60_000).contains(cancelLag), (0...600_000).contains(loading) else {
            throw ValidationError("--order-lag and --cancel-lag take 0 to 60000 ms, --loading 0 to 600000 ms")
        }
        guard let money = Money(balance), money >= .zero else { throw ValidationError("--balance takes an amount") }
        guard let points = FixedDecimal(commission), points >= .zero, points < FixedDecimal(10_000) else {
            throw ValidationError("--commission takes basis points, 0 to 9999")
        }
    }

    private func calendar() throws -> TInvestCalendar {
        switch sessions {
        case "always": return .always
        case "moscow": return .moscow
        default:
            guard let data = FileManager.default.contents(atPath: sessions),
                let calendar = try? JSONDecoder().decode(TInvestCalendar.self, from: data)
            else {
                throw CommandFailure(
                    .corruptInput, "calendar \(sessions) cannot be read", fix: "docs/twin.md shows one")
            }
            if let problem = calendar.problem {
                throw CommandFailure(.corruptInput, "calendar \(sessions): \(problem)", fix: "docs/twin.md shows one")
            }
            return calendar
        }
    }

    private func setup() throws -> TInvestSetup {
        var setup = TInvestSetup()
        setup.isSandbox = sandbox
        setup.balance = Money(balance) ?? setup.balance
        setup.commission = FixedDecimal(commission) ?? setup.commission
        setup.orderLag = .milliseconds(Int64(orderLag))
        setup.cancelLag = .milliseconds(Int64(cancelLag))
        setup.positionLag = .milliseconds(Int64(positionLag))
        setup.childLag = .milliseconds(Int64(childLag))
        setup.tariff = TInvestTariff(rawValue: tariff) ?? .documents
        setup.loadingFor = .milliseconds(Int64(loading))
        setup.quirks.duplicates = TInvestDuplicates(rawValue: duplicates) ?? .refuse
        setup.sandboxStops = TInvestSandboxStops(rawValue: sandboxStops) ?? .rest
        (setup.allowsShort, setup.hasLimits) = (!noShort, !noLimits)
        setup.calendar = try calendar()
        return setup
    }

    func run() async throws {
        let setup = try self.setup()
        let known = [TInvestToken.trading, .reading, .sandbox].map { "Bearer \($0.text)" }
        let memory = TwinMemory.of("tinvest", options, interval: "1d", known: known)
        let now = memory?.began ?? SystemTime.wall()
        let stage = try TwinStage(options, broker: BrokerName("tinkoff"), interval: "1d", at: now)
        let moment = TwinMoment(wall: now, venue: stage.market.venueTime(at: now))
        var world = TInvestWorld(setup: setup, market: stage.market, faults: stage.faults, at: moment)
        if let script = stage.script { world.market.follow(script, at: moment) }
        try await stage.serve(world, memory) { port in
            let token = sandbox ? TInvestToken.sandbox : TInvestToken.trading
            return TwinLines(
                venue: "tinvest",
                facts: [
                    (sandbox ? "sandbox" : "production, account \(setup.account), \(balance) RUB")
                        + ", sessions \(sessions)",
                    "REST http://\(options.host):\(port)/rest  streams ws://\(options.host):\(port)/ws/",
                ],
                environment: [
                    "TINKOFF_BASE_URL": "http://\(options.host):\(port)/rest",
                    "TINKOFF_WS_URL": "ws://\(options.host):\(port)/ws/", "TINKOFF_API_TOKEN": token.text,
                    "TINKOFF_SANDBOX": sandbox ? "1" : "0",
                ])
        }
    }
}
