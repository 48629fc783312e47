import Foundation
import Testing

extension Acceptance {
    @Suite struct SettingsTests {
        private static let settings: [(String, String, [String])] = [
            ("RISK_MAX_ORDER_NOTIONL", "3", ["RISK_MAX_ORDER_NOTIONL", "RISK_MAX_ORDER_NOTIONAL?"]),
            ("LOG_LEVLE", "info", ["LOG_LEVLE", "LOG_LEVEL?"]),
            ("BITGET_API_SECRT", "hunter2", ["BITGET_API_SECRT", "BITGET_API_SECRET?"]),
            ("RISK_BUDGET_QUOTE", "lots", ["RISK_BUDGET_QUOTE", "lots"]),
            ("RISK_BUDGET_QUOTE", "-5", ["RISK_BUDGET_QUOTE", "-5"]),
            ("RISK_BUDGET_QUOTE", "1e3", ["RISK_BUDGET_QUOTE", "1e3"]),
            ("RISK_STALE_PRICE_SECONDS", "0.5", ["RISK_STALE_PRICE_SECONDS", "0.5"]),
            ("RISK_MAX_QUANTITY", "0", ["RISK_MAX_QUANTITY"]),
            ("PROTECT_LADDER", "5:50,10:60", ["PROTECT_LADDER", "5:50,10:60"]),
            ("PROTECT_TRAILNG_PCT", "2", ["PROTECT_TRAILNG_PCT", "PROTECT_TRAILING_PCT?"]),
            ("ORDER_ESCALATE_SECONDS", "soon", ["ORDER_ESCALATE_SECONDS", "soon"]),
            ("EXECUTION_MODE", "dream", ["EXECUTION_MODE", "dream", "paper"]),
            ("ALLOW_LIVE", "yes", ["ALLOW_LIVE", "yes"]),
            ("LOG_FORMAT", "xml", ["LOG_FORMAT", "xml", "json"]),
            ("UNIVERSE_MODE", "bonds", ["UNIVERSE_MODE", "bonds"]),
            ("BITGET_LEVERAGE", "2.7", ["BITGET_LEVERAGE", "2.7", "whole number"]),
            ("ASSET_ROUTING", "BTCUSDT:bitget", ["ASSET_ROUTING", "LINKUSDT"]),
            ("ASSET_ROUTING", "BTCUSDT", ["ASSET_ROUTING", "BTCUSDT"]),
            ("ASSET_ROUTING", "BTCUSDT:binance,LINKUSDT:bitget", ["ASSET_ROUTING", "binance", "bitget"]),
            ("LOG_FILE", "/proc/none/bot.log", ["LOG_FILE", "/proc/none/bot.log"]),
            ("TINKOFF_API_TOKEN_B64", "hunter2!", ["TINKOFF_API_TOKEN_B64", "base64"]),
            ("TINKOFF_FIGI_MAP", "SBER", ["TINKOFF_FIGI_MAP", "SBER:BBG004730N88"]),
            ("TINKOFF_FIGI_MAP", "SBER:BBG004730N88,SBER:BBG004731354", ["TINKOFF_FIGI_MAP", "SBER", "twice"]),
            ("TINKOFF_STOPS", "maybe", ["TINKOFF_STOPS", "synthetic"]),
            ("TINKOFF_BASE_URL", "invest.example", ["TINKOFF_BASE_URL", "https://"]),
            ("BITGET_API_KEY_FILE", "/proc/none", ["BITGET_API_KEY_FILE", "readable file"]),
            ("ASSET_ROUTING", "BTCUSDT:bitget,BTCUSDT:tinkoff,LINKUSDT:bitget", ["ASSET_ROUTING", "BTCUSDT", "twice"]),
        ]

        @Test(arguments: settings.indices) func aWrongSettingIsNamedWithItsFix(index: Int) async throws {
            let (key, value, words) = Self.settings[index]
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let end = try await site.fail(78, saying: words + ["fix:"], shared.replay, environment: [key: value])
            #expect(!end.text.contains("hunter2"))
            #expect(!site.exists("state"))
            try site.write("\(key)=\(value)\n", to: ".env")
            let same = try await site.fail(78, saying: words + ["fix:"], shared.replay)
            #expect(!same.text.contains("hunter2"))
            #expect(!site.exists("state"))
        }

        @Test func aSecretComesByOneNameOnly() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let both = ["BITGET_API_KEY": "hunter2", "BITGET_API_KEY_B64": "aHVudGVyMg=="]
            let end = try await site.fail(
                78, saying: ["BITGET_API_KEY and BITGET_API_KEY_B64"], shared.replay, environment: both)
            #expect(!end.text.contains("hunter2"))
            try site.write("hunter2\n", to: "key")
            let file = ["BITGET_API_KEY_FILE": "key", "BITGET_API_SECRET_B64": "aHVudGVyMg=="]
            try await site.succeed(shared.replay + ["--max-steps", "2"], environment: file)
        }

        @Test func theEnvironmentWinsOverTheFileAndItsOtherNamesAreNobodysBusiness() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try site.write("# comment\nLOG_LEVEL=nonsense\n\n", to: ".env")
            try await site.fail(78, saying: ["LOG_LEVEL", "nonsense"], shared.replay)
            try await site.succeed(
                shared.replay + ["--max-steps", "2"],
                environment: ["LOG_LEVEL": "error", "MY_RISK": "1", "EDITOR": "vi", "SHELL": "/bin/sh"])
        }

        /// The file is ours alone: whatever it names that is no key was meant to be one.
        @Test(arguments: [
            ("EXECUTON_MODE", "EXECUTION_MODE"), ("RSIK_MAX_DAILY_LOSS", "RISK_MAX_DAILY_LOSS"),
            ("MAX_DAILY_LOSS", "RISK_MAX_DAILY_LOSS"), ("ALLOW_LIV", "ALLOW_LIVE"),
        ])
        func aMisspeltKeyOfTheFileIsNamedHoweverItBegins(wrong: String, right: String) async throws {
            let site = try Site()
            try site.write("\(wrong)=hunter2\n", to: ".env")
            let end = try await site.fail(78, saying: [wrong, "\(right)?"], ["positions"])
            #expect(!end.text.contains("hunter2"))
        }

        @Test(arguments: ["export LOG_LEVEL=debug", "hunter2", "=5", "LOG LEVEL=debug"])
        func aLineThatSetsNothingIsRefusedByItsNumberAlone(line: String) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try site.write("# one\n\n\(line)\n", to: ".env")
            let end = try await site.fail(78, saying: ["line 3 of .env", "NAME=value"], shared.replay)
            #expect(!end.text.contains("hunter2"))
            try FileManager.default.removeItem(at: site.url.appending(path: ".env"))
            try FileManager.default.createDirectory(
                at: site.url.appending(path: ".env"), withIntermediateDirectories: false)
            try await site.fail(78, saying: [".env cannot be read", "fix:"], shared.replay)
        }

        @Test func theExampleIsAcceptedAsItIs() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let example = Workshop.repository.appending(path: ".env.example")
            try FileManager.default.copyItem(at: example, to: site.url.appending(path: ".env"))
            try await site.succeed(shared.replay + ["--max-steps", "2"])
        }

        @Test func limitsOfTheGateHold() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let end = try await site.succeed(shared.replay + ["--json"], environment: ["RISK_MAX_ORDER_NOTIONAL": "1"])
            let summaries = try #require(try end.jsonObject()["summaries"] as? [[String: Any]])
            #expect(summaries.allSatisfy { $0["trades"] as? Int == 0 })
            let status = try await site.succeed(["status"]).output
            #expect(status.contains("MAX_ORDER_NOTIONAL"))
        }

        @Test func secretsArePrintedNowhere() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let secret = "correct-horse-battery-staple"
            let keys = [
                "BITGET_API_KEY", "BITGET_API_SECRET", "BITGET_API_PASSPHRASE", "TINKOFF_API_TOKEN",
                "ALERT_TG_BOT_TOKEN",
            ]
            var environment = Dictionary(uniqueKeysWithValues: keys.map { ($0, secret) })
            environment["LOG_LEVEL"] = "trace"
            let commands = [
                shared.replay + ["--max-steps", "50"], shared.replay + ["--mode", "live"], ["status"],
                ["status", "--json"],
                ["ledger", "verify"], ["data", "list", "--bars", shared.bars], ["--help"], ["fly"],
            ]
            for extra in [[:], ["RISK_BUDGET_QUOTE": "x"], ["LOG_LEVLE": "x"]] {
                for command in commands {
                    let end = try await site.run(command, environment: environment.merging(extra) { $1 })
                    #expect(!end.text.contains(secret), "\(command)")
                }
            }
            for name in try site.names("state") {
                let content = String(decoding: (try? site.data("state/\(name)")) ?? Data(), as: UTF8.self)
                #expect(!content.contains(secret), "\(name)")
            }
        }
    }
}
