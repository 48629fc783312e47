import ArgumentParser
import Core
import Foundation
import Twins

/// `aitrade twin bitget`.
struct TwinBitget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitget",
        abstract: "A local Bitget: Classic V2 and Unified V3, REST and WebSocket, futures and spot.",
        discussion: """
            Rehearse against it with any program that speaks Bitget: the simulated exchange matches the orders, prices
            follow stored bars, a script or the control endpoint, and what goes wrong is chosen by a plan. Its keys open
            nothing anywhere else. Runs until Ctrl-C.

            Example: aitrade twin bitget --port 8787

            In another terminal, with the lines it prints:
              export BITGET_BASE_URL=http://127.0.0.1:8787 BITGET_WS_URL=ws://127.0.0.1:8787 ...
              ALLOW_LIVE=1 aitrade run --mode live --loop --assets BTCUSDT

            While it runs:
              curl -s localhost:8787/twin/status
              curl -s localhost:8787/twin/books
              curl -s localhost:8787/twin/price -d '{"symbol":"BTCUSDT","price":"61000"}'
              curl -s localhost:8787/twin/faults -d '{"faults":{"dropResponse":{"chance":0.1}}}'

            docs/twin.md lists everything, also for ccxt.
            """)

    @OptionGroup var options: TwinOptions
    @Option(help: "classic (/api/v2), unified (/api/v3), or elite, whom the classic paths refuse.")
    var account = "classic"
    @Option(help: "Position mode at the start: one-way or hedge.") var positions = "one-way"
    @Option(help: "Margin mode at the start: crossed or isolated.") var margin = "crossed"
    @Option(help: "Leverage at the start.") var leverage = 10
    @Option(help: "USDT on the futures side, and again on the spot side.") var balance = "100000"
    @Option(help: "Milliseconds before an accepted order is matched.") var orderLag = 5
    @Option(help: "Milliseconds before a cancellation has its effect.") var cancelLag = 30
    @Option(help: "Seconds that a private stream stays open without a login.") var loginTimeout = 30
    @Option(help: "Basis points that market orders are moved against you.") var slippage = "0"
    @Option(help: "Largest amount of one market order; limit orders may have five times as much.")
    var maxMarketOrder: String?
    @Flag(help: "Play the demo environment, which wants the paptrading header.") var demo = false
    @Flag(help: "Use the error codes from before October 2025 where they differ.") var oldCodes = false
    @Flag(help: "Ignore tradeSide in one-way mode instead of refusing it.") var lenientTradeSide = false
    @Flag(help: "List partly filled futures orders also when no status is asked for.") var wideLists = false
    @Flag(help: "Refuse strategy orders of spot, and lists of types that older documentation does not know.")
    var oldStrategies = false
    @Flag(help: "Do not count requests against the limits.") var noLimits = false

    func validate() throws {
        guard BitgetFamily(rawValue: account) != nil else {
            throw ValidationError("--account takes classic, unified or elite")
        }
        guard BitgetHoldMode(rawValue: positions) != nil else {
            throw ValidationError("--positions takes one-way or hedge")
        }
        guard ["crossed", "isolated"].contains(margin) else {
            throw ValidationError("--margin takes crossed or isolated")
        }
        guard (1...125).contains(leverage) else { throw ValidationError("--leverage takes 1 to 125") }
        guard (0...60_000).contains(orderLag), (0...60_000).contains(cancelLag) else {
            throw ValidationError("--order-lag and --cancel-lag take 0 to 60000 ms")
        }
        guard (1...3600).contains(loginTimeout) else { throw ValidationError("--login-timeout takes 1 to 3600 s") }
        guard let money = Money(balance), money >= .zero else { throw ValidationError("--balance takes an amount") }
        guard maxMarketOrder.map({ Quantity($0).map { $0 > .zero } ?? false }) ?? true else {
            throw ValidationError("--max-market-order takes an amount above 0")
        }
        guard let points = FixedDecimal(slippage), points >= .zero, points < FixedDecimal(10_000) else {
            throw ValidationError("--slippage takes basis points, 0 to 9999")
        }
    }

    private var setup: BitgetSetup {
        var setup = BitgetSetup()
        setup.family = BitgetFamily(rawValue: account) ?? .classic
        setup.holdMode = BitgetHoldMode(rawValue: positions) ?? .oneWay
        (setup.isolates, setup.leverage, setup.isDemo) = (margin == "isolated", leverage, demo)
        setup.futuresBalance = Money(balance) ?? setup.futuresBalance
        setup.spotBalance = setup.futuresBalance
        setup.orderLag = .milliseconds(Int64(orderLag))
        setup.cancelLag = .milliseconds(Int64(cancelLag))
        setup.loginTimeout = .seconds(Int64(loginTimeout))
        setup.slippage = FixedDecimal(slippage) ?? .zero
        (setup.hasLimits, setup.usesOldCodes) = (!noLimits, oldCodes)
        (setup.refusesTradeSide, setup.listsNarrowly) = (!lenientTradeSide, !wideLists)
        setup.hasNewStrategies = !oldStrategies
        setup.largestMarket = maxMarketOrder.flatMap { Quantity($0) }
        return setup
    }

    func run() async throws {
        let known = [BitgetKey.trading, .reading].flatMap { [$0.key, $0.passphrase] }
        let memory = TwinMemory.of("bitget", options, interval: "1h", known: known)
        let now = memory?.began ?? SystemTime.wall()
        let stage = try TwinStage(options, broker: BrokerName("bitget"), interval: "1h", at: now)
        let moment = TwinMoment(wall: now, venue: stage.market.venueTime(at: now))
        var world = BitgetWorld(setup: setup, market: stage.market, faults: stage.faults, at: moment)
        if let script = stage.script { world.market.follow(script, at: moment) }
        try await stage.serve(world, memory) { port in
            let key = BitgetKey.trading
            return TwinLines(
                venue: "bitget",
                facts: [
                    "account \(account), positions \(positions), margin \(margin) x\(leverage), \(balance) USDT on "
                        + "each side\(demo ? ", demo environment" : "")",
                    "REST http://\(options.host):\(port)  streams ws://\(options.host):\(port)/v2/ws/public, /private, "
                        + "/v3/ws/public, /private",
                ],
                environment: [
                    "BITGET_BASE_URL": "http://\(options.host):\(port)",
                    "BITGET_WS_URL": "ws://\(options.host):\(port)", "BITGET_API_KEY": key.key,
                    "BITGET_API_SECRET": key.secret, "BITGET_API_PASSPHRASE": key.passphrase,
                    "BITGET_DEMO": demo ? "1" : "0",
                ])
        }
    }
}
