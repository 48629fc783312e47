import Core
import Foundation
import Testing

extension Acceptance {
    /// What the ledger says was won, lost and paid is what the venue's purse changed by, to the last digit.
    @Suite struct BitgetMoneyTests {
        /// The sums that the ledger keeps of everything it traded.
        private struct Sums {
            var (realised, fees) = (FixedDecimal.zero, FixedDecimal.zero)
            /// What was written off because it cannot be sold, at its price.
            var dust = FixedDecimal.zero
            /// Fees of purchases.
            var ofPurchases = FixedDecimal.zero
        }

        private func rows(_ site: Site, _ table: String) async throws -> [[String: Any]] {
            let end = try await site.succeed(
                ["ledger", "export", table, "--format", "json", "--state-dir", "state"])
            return try #require(try end.json() as? [[String: Any]])
        }

        private func number(_ row: [String: Any], _ key: String) throws -> FixedDecimal {
            try #require(FixedDecimal(TwinBooks.exact(row[key])), "\(key) of \(row)")
        }

        private func sums(_ site: Site) async throws -> Sums {
            var sums = Sums()
            for row in try await rows(site, "positions") {
                sums.realised = try sums.realised + number(row, "realised")
                sums.fees = try sums.fees + number(row, "fees")
            }
            for row in try await rows(site, "fills") {
                let worth = try number(row, "price").times(try number(row, "quantity"))
                if (row["trade_id"] as? String ?? "").hasPrefix("DUST-") { sums.dust = sums.dust + worth }
                if row["side"] as? String == "buy" { sums.ofPurchases = try sums.ofPurchases + number(row, "fee") }
            }
            return sums
        }

        /// USDT in the purse that is traded from.
        private func purse(_ books: TwinBooks, isSpot: Bool, isUnified: Bool) throws -> FixedDecimal {
            let coins = books.root["coins"] as? [String: Any] ?? [:]
            let amount = isSpot && !isUnified ? coins["USDT"] : books.root["wallet"]
            return try #require(FixedDecimal(TwinBooks.exact(amount)))
        }

        private static let manners: [(account: [String], isSpot: Bool)] = [
            (["--account", "classic"], false), (["--account", "unified", "--positions", "hedge"], false),
            (["--account", "classic"], true), (["--account", "unified"], true),
        ]

        /// A run that wins on the way and is halted: its books end flat.
        @Test(arguments: manners.indices) func theLedgersProfitIsThePursesChange(index: Int) async throws {
            let (account, isSpot) = Self.manners[index]
            let isUnified = account.contains("unified")
            let live = try await LiveSite(account, isSpot: isSpot)
            let before = try purse(try await live.twin.books(), isSpot: isSpot, isUnified: isUnified)
            let runner = try live.start()
            try await live.untilProtected()
            try await live.twin.price(live.moved(104))
            try await live.end(runner)
            let books = try await live.twin.books()
            #expect(books.isFlat, "\(books.root)")
            let change = try purse(books, isSpot: isSpot, isUnified: isUnified) - before
            let sums = try await sums(live.site)
            #expect(sums.realised > .zero && sums.fees > .zero && change > .zero, "\(sums) \(change)")
            // On spot a purchase is paid with a part of what was bought: its fee is no money that left the purse, and
            // that part is written off at its price when the position ends.
            let elsewhere = isSpot ? sums.dust - sums.ofPurchases : .zero
            #expect(sums.realised - sums.fees == change + elsewhere, "\(sums) \(change)")
            #expect((sums.dust != .zero) == isSpot)
            try await live.twin.stop()
        }
    }
}
