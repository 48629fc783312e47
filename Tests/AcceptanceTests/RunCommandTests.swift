import Foundation
import Testing

extension Acceptance {
    @Suite struct RunCommandTests {
        @Test func runAndBacktestAgree() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let flags = ["--signals", shared.artifact, "--bars", shared.bars, "--json"]
            let run = try await site.succeed(shared.replay + ["--json"]).jsonObject()
            let backtest = try await site.succeed(["backtest", "--report", "report"] + flags).jsonObject()
            let summaries = try #require(run["summaries"] as? NSArray)
            #expect(summaries == backtest["summaries"] as? NSArray)
            #expect(run["outcome"] as? String == "finished" && run["newBars"] as? Int ?? 0 > 700)
            let equity = try await site.succeed(["ledger", "export", "equity"]).output.split(separator: "\n").count
            let curve = String(decoding: try site.data("report/equity.csv"), as: UTF8.self)
            #expect(curve.split(separator: "\n").count == equity)
            let trades = String(decoding: try site.data("report/trades.csv"), as: UTF8.self)
            #expect(trades.split(separator: "\n").count - 1 == (summaries[0] as? [String: Any])?["trades"] as? Int)
        }

        @Test func aReplayInPartsIsTheReplayInOne() async throws {
            let (site, whole, shared) = (try Site(), try Site(), try await Workshop.shared.shared())
            try await whole.succeed(shared.replay)
            for _ in 0..<4 {
                let end = try await site.succeed(shared.replay + ["--max-steps", "100", "--json"]).jsonObject()
                #expect(end["outcome"] as? String == "stopped" && end["newBars"] as? Int == 100)
            }
            try await site.succeed(shared.replay)
            #expect(try await site.books() == whole.books())
            let again = try await site.succeed(shared.replay)
            #expect(again.output.contains("nothing new") && again.output.contains("--new"))
        }

        /// What stopped trading is said before the figures.
        @Test func aStopOfTradingIsTheFirstWord() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let strict = ["RISK_MAX_LOSS_STREAK": "1"]
            let text = try await site.succeed(shared.replay, environment: strict).output
            #expect(text.contains("STOPPED by LOSS_STREAK on 2024-"), "\(text)")
            let flags = ["backtest", "--signals", shared.artifact, "--bars", shared.bars, "--json"]
            let json = try await site.succeed(flags, environment: strict).jsonObject()
            #expect(json["stoppedAt"] is Int, "\(json)")
        }

        /// What one artifact traded is never shown as another's.
        @Test func aReplayIsOfOneArtifact() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let small = ["--population", "6", "--generations", "2", "--seed", "4", "--assets", "BTCUSDT,LINKUSDT"]
            try await site.succeed(
                ["signals", "--bars", shared.bars, "--out", "other.bin", "--train-window", "500"]
                    + ["--trade-window", "200", "--trials", "other.sqlite"] + small)
            let first = try await site.succeed(shared.replay + ["--max-steps", "100", "--json"]).jsonObject()
            let digest = try #require(first["artifact"] as? String)
            // Of the workshop's own books: both artifacts are known there.
            let other = shared.replay.map { $0 == shared.artifact ? "other.bin" : $0 }
            try await site.fail(
                78, saying: [String(digest.prefix(12)), "other.bin", "--new"], other)
            let anew = try await site.succeed(other + ["--new", "--json"]).jsonObject()
            #expect(anew["artifact"] as? String != digest && anew["outcome"] as? String == "finished")
        }

        @Test func aNewReplayKeepsTheOldLedger() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(shared.replay)
            let books = try await site.books()
            let again = try await site.succeed(shared.replay + ["--new"])
            #expect(again.output.contains("kept as"))
            #expect(try await site.books() == books)
            let kept = try site.names("state").filter { $0.hasPrefix("trades-") && $0.hasSuffix(".sqlite") }
            #expect(kept.count == 1)
        }

        @Test func withoutLoopItActsOnTheLatestRowsAlone() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let end = try await site.succeed(["run", "--signals", shared.artifact, "--bars", shared.bars, "--json"])
            #expect(try end.jsonObject()["newBars"] as? Int ?? 99 <= 2, "\(end.text)")
            _ = try await site.books()
        }

        @Test func everyJSONOutputParses() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(shared.replay + ["--max-steps", "200"])
            for command in [
                ["status", "--json"], ["ledger", "verify", "--json"], ["ledger", "pnl", "--json"],
                ["data", "list", "--json", "--bars", shared.bars], ["data", "verify", "--json", "--bars", shared.bars],
            ] {
                _ = try await site.succeed(command).json()
            }
            for table in ["fills", "journal", "equity", "intents", "order_events", "positions", "protections"] {
                let end = try await site.succeed(["ledger", "export", table, "--format", "json"])
                let isEmpty = end.output.split(separator: "\n").isEmpty
                #expect(!isEmpty)
                // One object a line, or one list.
                if (try? end.json()) == nil {
                    for line in end.output.split(separator: "\n") {
                        _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    }
                }
            }
            try await site.succeed(["ledger", "backup", "copy.sqlite"])
            try await site.fail(73, saying: ["copy.sqlite", "fix:"], ["ledger", "backup", "copy.sqlite"])
        }

        @Test func theLogIsOneJSONObjectALine() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let environment = ["LOG_FORMAT": "json", "LOG_LEVEL": "trace", "LOG_FILE": "logs/bot.log"]
            try await site.succeed(shared.replay, environment: environment)
            let lines = String(decoding: try site.data("logs/bot.log"), as: UTF8.self).split(separator: "\n")
            #expect(lines.count > 20)
            for line in lines {
                let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
                #expect(Set(["time", "level", "label", "message"]).isSubset(of: object.keys))
                #expect(object["time"]?.hasSuffix("Z") == true)
            }
            #expect(!site.exists("state/trade_bot.log"))
        }
    }
}
