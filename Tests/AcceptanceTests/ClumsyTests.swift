import Foundation
import Testing

extension Acceptance {
    @Suite struct ClumsyTests {
        /// What a user types, the exit code, and words that the answer must have.
        struct Case: Sendable, CustomTestStringConvertible {
            let arguments: [String]
            let status: Int32
            let words: [String]
            var environment: [String: String] = [:]

            var testDescription: String { arguments.joined(separator: " ") + " \(environment.keys.sorted())" }
        }

        private static let signals = ["signals", "--bars", "BARS", "--out", "out/x.bin", "--assets", "BTCUSDT"]
        private static let venues = "--venue takes bitget, bitget-spot or tinkoff"
        private static let run = ["run", "--loop", "--signals", "SIGNALS", "--bars", "BARS"]

        static let commandLines: [Case] = [
            Case(arguments: ["fly"], status: 64, words: ["fly"]),
            Case(arguments: signals + ["--interval", "7q"], status: 64, words: ["7q", "1h"]),
            Case(arguments: signals + ["--mode", "fancy"], status: 64, words: ["fancy", "walk"]),
            Case(arguments: signals + ["--threads", "0"], status: 64, words: ["--threads"]),
            Case(arguments: ["signals", "--assets", "", "--bars", "BARS"], status: 64, words: ["--assets"]),
            Case(arguments: ["signals", "--assets", "BTC USDT", "--bars", "BARS"], status: 64, words: ["BTC USDT"]),
            Case(arguments: run + ["--from", "yesterday"], status: 64, words: ["--from", "yesterday", "2024-03-01"]),
            Case(arguments: run + ["--to", "2024-13-45"], status: 64, words: ["--to", "2024-13-45"]),
            Case(arguments: run + ["--max-steps", "0"], status: 64, words: ["--max-steps"]),
            Case(arguments: run + ["--max-steps", "-5"], status: 64, words: ["--max-steps"]),
            Case(arguments: run + ["--sleep", "-1"], status: 64, words: ["--sleep", "0"]),
            Case(arguments: run + ["--sleep", "soon"], status: 64, words: ["--sleep", "soon"]),
            Case(arguments: run + ["--mode", "moon"], status: 64, words: ["--mode", "paper"]),
            Case(arguments: ["doctor", "--venue", "tinkof"], status: 64, words: [venues]),
            Case(arguments: ["positions", "--venue", "tinkof"], status: 64, words: [venues]),
            Case(arguments: ["flatten", "--venue", "binance"], status: 64, words: ["binance", venues]),
            Case(arguments: ["orders", "cancel", "x", "--protections"], status: 64, words: ["--all"]),
            Case(arguments: ["ledger", "export", "riches"], status: 64, words: ["riches", "fills"]),
        ]

        static let inputs: [Case] = [
            Case(
                arguments: ["run", "--loop", "--bars", "BARS"], status: 65,
                words: ["production_signals_v1.bin", "aitrade signals"]),
            Case(arguments: ["run", "--signals", "gone.bin"], status: 65, words: ["gone.bin", "fix:"]),
            Case(arguments: ["run", "--signals", "BARS"], status: 65, words: ["fix:"]),
            Case(arguments: ["backtest", "--signals", "gone.bin"], status: 65, words: ["gone.bin", "fix:"]),
            Case(arguments: ["signals", "verify", "gone.bin"], status: 65, words: ["gone.bin", "fix:"]),
            Case(arguments: ["signals", "--assets", "NOPE", "--bars", "BARS"], status: 65, words: ["NOPE", "BTC"]),
            Case(arguments: ["signals", "--interval", "90m", "--bars", "BARS"], status: 65, words: ["90m", "import"]),
            Case(
                arguments: ["signals", "--interval", "90m", "--assets", "BTCUSDT", "--bars", "BARS"], status: 65,
                words: ["BTCUSDT has no 90m bars", "--interval 1h"]),
            Case(arguments: ["signals", "--bars", "nowhere"], status: 65, words: ["nowhere", "fix:"]),
            Case(
                arguments: signals + ["--train-window", "100000"], status: 78,
                words: ["BTCUSDT", "1300", "--train-window"]),
            Case(arguments: signals + ["--train-window", "0"], status: 78, words: ["--train-window"]),
            Case(arguments: signals + ["--trade-window", "-1"], status: 78, words: ["--trade-window", "-1"]),
            Case(arguments: signals + ["--population", "0"], status: 78, words: ["population", "0"]),
            Case(arguments: signals + ["--generations", "-1"], status: 78, words: ["generations", "-1"]),
            Case(arguments: signals + ["--fee-bps", "nan"], status: 78, words: ["fee"]),
            Case(arguments: signals + ["--slippage-bps", "-3"], status: 78, words: ["slippage"]),
            Case(arguments: ["positions", "--venue", "tinvest"], status: 77, words: ["TINKOFF_API_TOKEN"]),
            Case(arguments: ["flatten"], status: 77, words: ["BITGET_API_KEY"]),
            Case(arguments: run + ["--assets", "SBER"], status: 78, words: ["SBER", "BTCUSDT", "fix:"]),
            Case(arguments: run + ["--from", "2031-01-01"], status: 65, words: ["--from"]),
            Case(
                arguments: run + ["--from", "2024-02-10", "--to", "2024-02-01"], status: 64,
                words: ["--from 2024-02-10", "--to 2024-02-01"]),
            Case(arguments: ["backtest", "--signals", "nameless.csv"], status: 65, words: ["not a signals artifact"]),
            Case(
                arguments: run + ["--assets", "LKOH"], status: 78,
                words: ["LKOH", "import bars of LKOH first", "--out data_cache/LKOH.bin"]),
            Case(arguments: run + ["--bars", "nowhere"], status: 65, words: ["nowhere", "fix:"]),
            Case(arguments: ["status"], status: 65, words: ["ledger", "--state-dir"]),
            Case(arguments: ["ledger", "verify"], status: 65, words: ["ledger", "--state-dir"]),
            Case(
                arguments: ["data", "import", "empty-1h.csv", "--bars", "bars"], status: 65,
                words: ["empty-1h.csv", "timestamp"]),
            Case(arguments: ["data", "import", "gone-1h.csv", "--bars", "bars"], status: 65, words: ["gone-1h.csv"]),
            Case(
                arguments: ["data", "import", "nameless.csv", "--bars", "bars"], status: 65,
                words: ["nameless.csv", "--symbol"]),
            Case(arguments: ["data", "import", "bad-1h.csv", "--bars", "bars"], status: 65, words: ["bad-1h.csv:3"]),
            Case(arguments: ["data", "list", "--bars", "nowhere"], status: 65, words: ["nowhere"]),
        ]

        /// Nobody listens here, so that no test ever reaches a real venue.
        private static let nowhere = "http://127.0.0.1:9"

        static let modes: [Case] = [
            Case(
                arguments: run + ["--mode", "paper"], status: 69, words: ["127.0.0.1", "doctor"],
                environment: ["BITGET_BASE_URL": nowhere]),
            Case(
                arguments: run + ["--mode", "live"], status: 69, words: ["ALLOW_LIVE", "paper"],
                environment: ["BITGET_BASE_URL": nowhere]),
            Case(
                arguments: run, status: 69, words: ["ALLOW_LIVE", "paper"],
                environment: ["EXECUTION_MODE": "live", "BITGET_BASE_URL": nowhere]),
            Case(
                arguments: run, status: 78, words: ["RISK_MAX_ORDER_NOTIONAL", "RISK_MAX_LEVERAGE", "off"],
                environment: ["EXECUTION_MODE": "live", "ALLOW_LIVE": "1"]),
            Case(
                arguments: run, status: 77, words: ["deployment gate", "--override-gate"],
                environment: [
                    "BITGET_BASE_URL": nowhere,
                    "EXECUTION_MODE": "live", "ALLOW_LIVE": "1", "RISK_MAX_ORDER_NOTIONAL": "2500",
                    "RISK_MAX_POSITION_NOTIONAL": "USDT:1500,RUB:150000", "RISK_MAX_QUANTITY": "off",
                    "RISK_MAX_LEVERAGE": "2",
                ]),
        ]

        @Test(arguments: commandLines + inputs + modes) func aMistakeGetsOneClearSentence(mistake: Case) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try site.write("", to: "empty-1h.csv")
            try site.write("hello\n", to: "nameless.csv")
            let rows = ["timestamp,open,high,low,close,volume", "1704067200000,1,2,1,1,5", "1704070800000,1,0.5,1,1,5"]
            try site.write(rows.joined(separator: "\n") + "\n", to: "bad-1h.csv")
            let before = try site.names("")
            let arguments = mistake.arguments.map {
                $0 == "BARS" ? shared.bars : $0 == "SIGNALS" ? shared.artifact : $0
            }
            try await site.fail(mistake.status, saying: mistake.words, arguments, environment: mistake.environment)
            #expect(try site.names("") == before, "nothing was left behind")
        }
    }
}
