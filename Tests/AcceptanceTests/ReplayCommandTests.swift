import Foundation
import Testing

extension Acceptance {
    @Suite struct ReplayCommandTests {
        private func site(_ shared: Workshop.Shared) async throws -> Site {
            let site = try Site()
            try await site.succeed(shared.replay + ["--max-steps", "300"])
            return site
        }

        @Test func aRecordedRunIsDecidedAlikeAgain() async throws {
            let shared = try await Workshop.shared.shared()
            let site = try await site(shared)
            let before = try site.data("state/trades.sqlite")
            let one = try await site.succeed(["replay", "--json", "--bars", shared.bars]).jsonObject()
            let hash = try #require(one["hash"] as? String)
            #expect(hash.count == 64 && hash == one["recordedHash"] as? String && one["difference"] == nil)
            #expect(one["rows"] as? Int ?? 0 > 600)
            let again = try await site.succeed(["replay", "--bars", shared.bars])
            #expect(again.output.contains(hash) && again.output.contains("identical"))
            #expect(try site.data("state/trades.sqlite") == before, "nothing is written")
            // A part of it has a hash of its own.
            let part = try await site.succeed(
                ["replay", "--json", "--from", "2024-01-25", "--to", "2024-01-26", "--bars", shared.bars]
            ).jsonObject()
            #expect(part["hash"] as? String != hash && part["hash"] as? String == part["recordedHash"] as? String)
            #expect(part["rows"] as? Int ?? 0 > 10)
        }

        @Test func aKillThatDidNotHappenIsShownWithItsDifferenceInMoney() async throws {
            let shared = try await Workshop.shared.shared()
            let site = try await site(shared)
            let answer = try await site.succeed(
                ["replay", "--json", "--what-if", "kill@12:00", "--bars", shared.bars]
            ).jsonObject()
            let difference = try #require(answer["difference"] as? [String: Any])
            let at = try #require(difference["at"] as? Int)
            #expect(at % 86_400_000 == 43_200_000)
            #expect((difference["event"] as? String)?.contains("kill") == true)
            #expect((difference["now"] as? String)?.contains("KILL_ENGAGED") == true)
            let worth = try #require((answer["worth"] as? [[String: Any]])?.first)
            #expect(worth["recorded"] as? String != worth["now"] as? String)
            // Killed after the end, nothing is otherwise.
            let late = try await site.succeed(
                ["replay", "--what-if", "kill@2031-01-01T00:00", "--to", "2030-01-01", "--bars", shared.bars])
            #expect(late.output.contains("Nothing would have been decided otherwise"), "\(late.text)")
        }

        @Test func aLimitThatWasOtherwiseShowsTheFirstOrderItConcerns() async throws {
            let shared = try await Workshop.shared.shared()
            let site = try await site(shared)
            let answer = try await site.succeed(
                ["replay", "--json", "--what-if", "RISK_MAX_ORDER_NOTIONAL=1", "--bars", shared.bars]
            ).jsonObject()
            let difference = try #require(answer["difference"] as? [String: Any])
            #expect((difference["recorded"] as? String)?.contains("submit") == true)
            #expect((difference["now"] as? String)?.contains("refuse") == true)
            // Nothing is ever opened then: the budget stays whole.
            let worth = try #require((answer["worth"] as? [[String: Any]])?.first)
            #expect(Double(worth["now"] as? String ?? "")?.truncatingRemainder(dividingBy: 1) == 0)
            let loose = try await site.succeed(
                ["replay", "--what-if", "RISK_MAX_ORDER_NOTIONAL=100000000", "--bars", shared.bars])
            #expect(loose.output.contains("Nothing would have been decided otherwise"), "\(loose.text)")
        }

        /// A run that was stopped in the middle of its bars: what would have been is valued at its last moment, too.
        @Test func theMoneyOfAnotherLimitIsThatOfARunWithIt() async throws {
            let shared = try await Workshop.shared.shared()
            let other = ["RISK_COOLDOWN_SECONDS": "200000"]
            let (site, real) = (try await site(shared), try Site())
            try await real.succeed(shared.replay + ["--max-steps", "300"], environment: other)
            func worth(_ site: Site, _ change: String, _ key: String) async throws -> String {
                let answer = try await site.succeed(
                    ["replay", "--json", "--what-if", change, "--bars", shared.bars]
                ).jsonObject()
                return try #require((answer["worth"] as? [[String: Any]])?.first?[key] as? String)
            }
            let imagined = try await worth(site, "RISK_COOLDOWN_SECONDS=200000", "now")
            #expect(try await worth(real, "RISK_MAX_ORDER_NOTIONAL=100000000", "recorded") == imagined)
            #expect(try await worth(site, "RISK_COOLDOWN_SECONDS=200000", "recorded") != imagined)
        }

        /// A halt and a release of the recorded day happen in the other one, too.
        @Test func whatPeopleDidIsDoneInTheOtherDayToo() async throws {
            let shared = try await Workshop.shared.shared()
            func day(_ environment: [String: String]) async throws -> Site {
                let site = try Site()
                try await site.succeed(shared.replay + ["--max-steps", "150"], environment: environment)
                try await site.succeed(["kill", "--reason", "test"])
                let halted = try await site.run(shared.replay, environment: environment)
                #expect(halted.status == 10, "\(halted.text)")
                try await site.succeed(["kill", "--release"])
                try await site.succeed(shared.replay + ["--max-steps", "150"], environment: environment)
                return site
            }
            func worth(_ site: Site, _ change: String, _ key: String) async throws -> String {
                let answer = try await site.succeed(
                    ["replay", "--json", "--what-if", change, "--bars", shared.bars]
                ).jsonObject()
                return try #require((answer["worth"] as? [[String: Any]])?.first?[key] as? String)
            }
            let limit = "RISK_COOLDOWN_SECONDS"
            let (recorded, real) = (try await day([:]), try await day([limit: "200000"]))
            let imagined = try await worth(recorded, "\(limit)=200000", "now")
            #expect(try await worth(real, "RISK_MAX_ORDER_NOTIONAL=100000000", "recorded") == imagined)
            #expect(try await worth(recorded, "\(limit)=200000", "recorded") != imagined)
        }

        @Test func whatMakesNoSenseIsNamed() async throws {
            let shared = try await Workshop.shared.shared()
            let site = try await site(shared)
            try await site.fail(64, saying: ["kill@", "fix:"], ["replay", "--what-if", "kill@25:00"])
            try await site.fail(64, saying: ["RISK_", "fix:"], ["replay", "--what-if", "LOG_LEVEL=info"])
            try await site.fail(
                78, saying: ["RISK_MAX_QUANTITY", "fix:"], ["replay", "--what-if", "RISK_MAX_QUANTITY=much"])
            try await site.fail(65, saying: ["there is no ledger", "fix:"], ["replay", "--state-dir", "nowhere"])
        }
    }
}
