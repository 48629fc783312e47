import Foundation
import Glibc
import Testing

extension Acceptance {
    /// Downloads of long histories: further back than the venue's recent window, with progress, and going on where
    /// they were interrupted.
    @Suite struct BitgetDownloadTests {
        /// Quarters of an hour; a part of a download has 5000 of them.
        private static let quarter: Int64 = 900_000

        enum Interruption: String, CaseIterable { case killed, refused }

        private struct Stretch {
            let from: Int64
            let to: Int64

            /// 150 days up to two hours ago.
            init() {
                let now = Int64(Date().timeIntervalSince1970 * 1000) / 3_600_000 * 3_600_000
                (from, to) = (now - 150 * 86_400_000, now - 7_200_000)
            }

            func command(into folder: String) -> [String] {
                ["data", "download", "--venue", "bitget", "--assets", "BTCUSDT", "--interval", "15m"]
                    + ["--from", String(from), "--to", String(to), "--bars", folder]
            }
        }

        /// Requests for bars that the venue was asked.
        private func asked(_ twin: TwinAtWork) async throws -> [[String: Any]] {
            try await twin.list("log?last=5000&path=/api").filter { ($0["path"] as? String ?? "").contains("candles") }
        }

        private func content(_ site: Site, _ folder: String, _ interval: String = "15m") throws -> Data {
            let name = try #require(
                try site.names(folder).first { $0.hasPrefix("BTCUSDT-\(interval)") && $0.contains("csv") })
            return try site.data("\(folder)/\(name)")
        }

        /// The moments at which the stored bars opened.
        private func opens(_ content: Data) -> [Int64] {
            String(decoding: content, as: UTF8.self).split(separator: "\n").dropFirst()
                .compactMap { Int64($0.prefix { $0 != "," }) }
        }

        /// Ends the first download after its first part.
        private func interrupt(_ how: Interruption, _ live: LiveSite, _ stretch: Stretch) async throws {
            let plan = #"{"rules":[{"do":"gateway","path":"/api/v2/mix/market/","skip":60}]}"#
            if how == .refused { try await live.twin.control("faults", plan) }
            let first = try Program(stretch.command(into: "bars"), in: live.site.url, environment: live.environment)
            if how == .killed {
                #expect(try await waitFor { try first.errorsSoFar.contains(" 1/") }, "no progress was shown")
                first.send(SIGKILL)
            }
            let end = try await first.end()
            #expect(end.status != 0 && end.errors.contains(" 1/"), "\(end.text)")
            #expect(try live.site.names("bars").filter { $0.contains("csv") }.isEmpty, "nothing half is stored")
            try await live.twin.control("faults", "{}")
        }

        @Test(arguments: Interruption.allCases) func anInterruptedDownloadGoesOn(how: Interruption) async throws {
            let (live, stretch) = (try await LiveSite(["--no-limits"]), Stretch())
            try await interrupt(how, live, stretch)
            let before = try await asked(live.twin).count
            let second = try await live.site.succeed(stretch.command(into: "bars"), environment: live.environment)
            let rest = try await asked(live.twin).count - before
            // A third one, elsewhere, needs everything again.
            let whole = try await live.site.succeed(stretch.command(into: "fresh"), environment: live.environment)
            let all = try await asked(live.twin).count - before - rest
            #expect(rest > 0 && rest < all, "\(rest) of \(all) requests")
            #expect(try content(live.site, "bars") == content(live.site, "fresh"))
            let rows = (stretch.to - stretch.from) / Self.quarter
            for end in [second, whole] {
                #expect(end.output.contains("BTCUSDT-15m: \(rows) bars, \(rows) new"), "\(end.text)")
            }
            try await live.site.succeed(["data", "verify", "--bars", "bars"])
            #expect(try live.site.names("downloads").filter { $0.hasSuffix(".json") }.isEmpty, "no parts are left")
            try await live.twin.stop()
        }

        /// This machine is two minutes ahead of the venue. What is stored once is never fetched again, so a bar that
        /// still forms must not be stored.
        @Test(arguments: ["classic", "unified"]) func aBarThatStillFormsAtTheVenueIsNotStored(
            account: String
        ) async throws {
            var live = try await LiveSite(["--no-limits", "--account", account])
            live.settings["BITGET_FAMILY"] = account
            try await live.twin.control("clock", #"{"skewMs":-120000}"#)
            let from = Int64(Date().timeIntervalSince1970 * 1000) - 3_600_000
            let command =
                ["data", "download", "--venue", "bitget", "--assets", "BTCUSDT", "--interval", "1m"]
                + ["--from", String(from), "--bars", "bars"]
            try await live.site.succeed(command, environment: live.environment)
            let now = try #require(try await live.twin.control("status")["venue"] as? NSNumber).int64Value
            let opens = opens(try content(live.site, "bars", "1m"))
            let last = try #require(opens.last)
            #expect(opens.count > 50 && last + 60_000 <= now && now - last < 300_000, "\(opens.count) \(last) \(now)")
            try await live.twin.stop()
        }

        /// Old bars come from another place than recent ones; both are asked, and there is no seam.
        @Test(arguments: ["classic", "unified"]) func historyReachesBeyondTheRecentWindow(account: String) async throws
        {
            var live = try await LiveSite(["--no-limits", "--account", account])
            live.settings["BITGET_FAMILY"] = account
            let stretch = Stretch()
            let end = try await live.site.succeed(stretch.command(into: "bars"), environment: live.environment)
            let paths = Set(
                try await asked(live.twin).compactMap { ($0["path"] as? String)?.components(separatedBy: "/").last })
            #expect(paths == ["candles", "history-candles"])
            // Each part that is done is told, in its order.
            let steps = end.errors.split(separator: "\n").filter { $0.contains("BTCUSDT-15m") }.map(String.init)
            let count = try #require(steps.last?.components(separatedBy: "/").last.flatMap { Int($0) })
            #expect(count >= 3 && steps.count == count, "\(end.errors)")
            for (index, step) in steps.enumerated() { #expect(step.hasSuffix("BTCUSDT-15m \(index + 1)/\(count)")) }
            #expect(steps.last?.contains(String(repeating: "#", count: 24)) == true)
            let opens = opens(try content(live.site, "bars"))
            #expect(opens.first == stretch.from && opens.last == stretch.to - Self.quarter)
            #expect(zip(opens, opens.dropFirst()).allSatisfy { $1 - $0 == Self.quarter })
            try await live.twin.stop()
        }
    }
}
