import Core
import Storage
import Testing

@Suite struct LedgerVerifyTests {
    @Test func aSoundLedgerHasNoFindings() throws {
        let result = try LedgerFixture.lived().verification()
        #expect(result.findings.isEmpty)
        #expect((result.journalRows, result.intents, result.orderEvents, result.fills) == (6, 3, 3, 3))
    }

    @Test(arguments: [
        "UPDATE journal SET time = time + 1 WHERE sequence = 3",
        "UPDATE journal SET event = '{}' WHERE sequence = 3",
        "UPDATE journal SET event = event || ' ' WHERE sequence = 3",
        "UPDATE journal SET effects = '[]' WHERE sequence = 3",
        "UPDATE journal SET event = event || '[', effects = substr(effects, 2) WHERE sequence = 3",
        "UPDATE journal SET hash = replace(hash, substr(hash, 1, 1), 'g') WHERE sequence = 3",
        "UPDATE journal SET hash = (SELECT previous_hash FROM journal WHERE sequence = 1) WHERE sequence = 3",
        "UPDATE journal SET previous_hash = hash WHERE sequence = 3",
        "UPDATE journal SET sequence = 70 WHERE sequence = 3",
        "DELETE FROM journal WHERE sequence = 3",
        "UPDATE journal SET time = 1 WHERE sequence >= 3",
    ])
    func theFirstAlteredJournalRowIsNamed(sql: String) throws {
        let fixture = try LedgerFixture.lived()
        try fixture.tamper(sql)
        let chain = try fixture.verification().findings.compactMap { finding -> Int64? in
            guard case .brokenChain(let sequence, _) = finding else { return nil }
            return sequence
        }
        #expect(chain.first == 3, "\(chain)")
    }

    /// An order that was changed in place at the venue may fill up to what it was changed to.
    @Test func aChangedOrderMayFillMoreThanItsIntent() throws {
        let fixture = try LedgerFixture.lived()
        try fixture.tamper("UPDATE intents SET quantity = '1' WHERE client_id = 'o1'")
        #expect(try fixture.verification().findings.contains { "\($0)".contains("2 filled of 1 ordered") })
        try fixture.tamper(
            """
            INSERT INTO order_events (venue, client_id, intent, symbol, event, reason, time, quantity, price)
            SELECT venue, client_id, client_id, symbol, 'sent', 'AMEND', time, '2', '9' FROM intents
            WHERE client_id = 'o1'
            """)
        // Whoever altered the rows is found by their seals; the sums are right.
        #expect(try fixture.verification().findings.allSatisfy { "\($0)".contains(" was altered: ") })
    }

    @Test func rowsCutOffAtTheEndAreNoticed() throws {
        let cut = try LedgerFixture.lived()
        try cut.tamper("DELETE FROM journal WHERE sequence = 6")
        guard
            case .journalEnd(let expected, let found)? = try cut.verification().findings.last(where: {
                if case .journalEnd = $0 { true } else { false }
            })
        else {
            Issue.record("the cut was not noticed")
            return
        }
        #expect(expected.hasPrefix("6:"))
        #expect(found.hasPrefix("5:"))
    }

    @Test(arguments: [
        ("UPDATE positions SET quantity = '2'", "quantity"), ("UPDATE positions SET fees = '0.02'", "fees"),
        ("UPDATE positions SET realised = '8.000000001'", "realised"), ("UPDATE positions SET cost = '10'", "cost"),
        ("UPDATE positions SET lots = '[]'", "lots"), ("DELETE FROM positions", "quantity"),
    ])
    func positionsAreRecomputedFromTheExecutions(sql: String, field: String) throws {
        let fixture = try LedgerFixture.lived()
        try fixture.tamper(sql)
        let findings = try fixture.verification().findings
        let named = findings.compactMap { finding -> String? in
            guard case .positionDiffers(_, let named, _, _) = finding else { return nil }
            return named
        }
        #expect(named == [field], "\(findings)")
    }

    @Test(arguments: [
        ("UPDATE fills SET intent = NULL WHERE id = 1", "fills row 1"),
        ("UPDATE order_events SET intent = NULL WHERE id = 2", "order_events row 2"),
        ("UPDATE order_events SET client_id = 'o9', intent = 'o9' WHERE id = 2", "refers to a row that is not there"),
        ("UPDATE intents SET quantity = '1' WHERE client_id = 'o1'", "2 filled of 1 ordered"),
        ("UPDATE intents SET side = 'sell' WHERE client_id = 'o1'", "is for something else"),
        ("UPDATE fills SET price = 'ten' WHERE id = 1", "column price cannot be read"),
        ("UPDATE intents SET quantity = '-1' WHERE client_id = 'o1'", "column quantity cannot be read"),
        ("UPDATE fills SET symbol = 'XYZ' WHERE id = 3", "position XYZ"),
    ])
    func booksThatDisagreeAreNamed(sql: String, words: String) throws {
        let fixture = try LedgerFixture.lived()
        try fixture.tamper(sql)
        let findings = try fixture.verification().findings
        #expect(findings.contains { $0.description.contains(words) }, "\(findings)")
    }

    /// Random executions of random sizes: Core's position and the independent account agree, whatever is rounded.
    @Test func theTwoAccountsOfAPositionAgree() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<20 {
            let fixture = try LedgerFixture()
            let ledger = try fixture.open()
            var position = Position(symbol: try LedgerFixture.symbol())
            var commit = LedgerCommit()
            for index in 0..<60 {
                let fill = try LedgerFixture.fill(
                    "t\(index)", nil, random.chance(0.5) ? .buy : .sell, "\(1 + random.below(9)).\(random.below(999))7",
                    at: "\(1 + random.below(70_000)).\(random.below(99))3", step: index)
                position.book(fill)
                commit.fills.append(fill)
            }
            commit.positions = [LedgerPosition(position, at: .epoch)]
            try ledger.commit(commit)
            #expect(try ledger.reader.verify().findings.isEmpty)
        }
    }
}
