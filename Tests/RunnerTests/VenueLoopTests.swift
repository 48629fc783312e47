import Brokers
import Core
import Engine
import Foundation
import Runner
import Storage
import Synchronization
import Testing

@Suite struct VenueLoopTests {
    @Test func everyVenueIsReadTradedAndHaltedFlat() async throws {
        let scenario = try VenueScenario(["one", "two", "three"])
        let outcome = try await scenario.run { _ in
            for broker in scenario.brokers { try await scenario.untilProtected(broker) }
            try scenario.kill()
        }
        #expect(outcome == .halted(reason: "test"))
        for broker in scenario.brokers { #expect(await broker.truth().isFlat) }
        let halts = HaltRecord.all(in: try LedgerReader(path: scenario.state.ledgerPath).meta())
        let halt = try #require(halts.first)
        #expect(halts.count == 1 && halt.reason == "test")
        #expect(halt.blockedAfter != nil && halt.cancelledAfter != nil && halt.flatAfter != nil)
        _ = try Books(scenario.state)
    }

    @Test func aFrozenVenueDelaysNoOther() async throws {
        let scenario = try VenueScenario()
        await scenario.brokers[0].freeze(true)
        let outcome = try await scenario.run { loop in
            try await scenario.untilProtected(scenario.brokers[1])
            try scenario.kill()
            try await scenario.until("two is flat") { await scenario.brokers[1].truth().isFlat }
            await loop.requestStop()
            await loop.requestStop()
        }
        guard case .haltedNotFlat(let open) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(open.contains { $0.contains("one") })
    }

    @Test func aVenueThatThawsIsHaltedToo() async throws {
        let scenario = try VenueScenario()
        let outcome = try await scenario.run { _ in
            for broker in scenario.brokers { try await scenario.untilProtected(broker) }
            await scenario.brokers[0].freeze(true)
            try scenario.kill()
            try await scenario.until("two is flat") { await scenario.brokers[1].truth().isFlat }
            #expect(await !scenario.brokers[0].truth().isFlat)
            await scenario.brokers[0].freeze(false)
        }
        #expect(outcome == .halted(reason: "test"))
        #expect(await scenario.brokers[0].truth().isFlat)
        _ = try Books(scenario.state)
    }

    /// No question, stop or kill waits until a clock that was set back has caught up with what it showed.
    @Test func aClockThatIsSetBackByAnHourDelaysNoHalt() async throws {
        let scenario = try VenueScenario()
        let outcome = try await scenario.run { _ in
            for broker in scenario.brokers { try await scenario.untilProtected(broker) }
            scenario.clockSet.set(by: .seconds(-3600))
            await scenario.brokers[0].freeze(true)
            try scenario.kill()
            try await scenario.until("two is flat") { await scenario.brokers[1].truth().isFlat }
            await scenario.brokers[0].freeze(false)
            try await scenario.until("one is flat") { await scenario.brokers[0].truth().isFlat }
        }
        #expect(outcome == .halted(reason: "test"))
        _ = try Books(scenario.state)
    }

    @Test func aSlowVenueDelaysNoDecisionForAnother() async throws {
        let scenario = try VenueScenario()
        await scenario.brokers[0].slow(by: .seconds(8))
        let outcome = try await scenario.run { loop in
            try await scenario.untilProtected(scenario.brokers[1])
            #expect(await scenario.brokers[0].truth().positions.isEmpty)
            await scenario.brokers[0].slow(by: .zero)
            await loop.requestStop()
        }
        #expect(outcome == .stopped)
    }

    @Test func whatHappensWhileTheStreamIsBrokenIsFoundAfterIt() async throws {
        let scenario = try VenueScenario(target: 0)
        let outcome = try await scenario.run { loop in
            try await scenario.until("one is open for entries") {
                try scenario.asset("one", "lastPrice") != nil && scenario.asset("one", "hold") == nil
            }
            await scenario.brokers[0].breakStream(true)
            await scenario.brokers[0].trade(
                OrderRequest(
                    clientID: ClientOrderID("manual"), symbol: try VenueScenario.symbol(of: "one"), side: .buy,
                    quantity: try #require(Quantity("2")), kind: .market, reduceOnly: false, purpose: .manual))
            await scenario.brokers[0].breakStream(false)
            try await scenario.until("it is adopted") { try scenario.asset("one", "hold") == "external" }
            try await scenario.until("it has a stop") { await scenario.brokers[0].truth().openOrders.count == 1 }
            _ = try OperatorInbox(stateFolder: scenario.state.url).write(
                .acknowledge(try VenueScenario.symbol(of: "one"), by: "ann"), at: .epoch, by: 1)
            try await scenario.until("it is acknowledged") { try scenario.asset("one", "hold") == nil }
            await loop.requestStop()
        }
        #expect(outcome == .stopped)
        _ = try Books(scenario.state)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func lostRequestsKeepNobodyFromGettingFlat(seed: UInt64) async throws
    {
        let scenario = try VenueScenario(failurePercent: 15, seed: seed)
        let outcome = try await scenario.run { _ in
            try await scenario.until("something is held") {
                var held = 0
                for broker in scenario.brokers { held += await broker.truth().positions.count }
                return held > 0
            }
            try scenario.kill()
        }
        #expect(outcome == .halted(reason: "test"))
        for broker in scenario.brokers { #expect(await broker.truth().isFlat) }
        _ = try Books(scenario.state)
    }

    @Test func aStartOverLivingVenuesGoesOnAndRepeatsNothing() async throws {
        let scenario = try VenueScenario()
        for _ in 0..<3 {
            let outcome = try await scenario.run { loop in
                for broker in scenario.brokers { try await scenario.untilProtected(broker) }
                await loop.requestStop()
            }
            #expect(outcome == .stopped)
        }
        let books = try Books(scenario.state)
        #expect(books.intents.count { $0.request.purpose == .entry } == 2)
        #expect(books.fills.count == 2)
    }

    /// Who asks in the moment of a start is told what the last run left, not that there is nothing.
    @Test func aStartHidesNothingFromPeople() async throws {
        var scenario = try VenueScenario()
        let blanks = Mutex<[String]>([])
        let path = scenario.state.url.appending(path: "runner_state.json")
        for isRestart in [false, true] {
            if isRestart {
                scenario.probe = { point in
                    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? "none"
                    if !text.contains("ONE") { blanks.withLock { $0.append("\(point): \(text)") } }
                }
            }
            let watched = scenario
            _ = try await watched.run { loop in
                for broker in watched.brokers { try await watched.untilProtected(broker) }
                await loop.requestStop()
            }
        }
        #expect(blanks.withLock { $0 }.isEmpty, "\(blanks.withLock { $0 }.first ?? "")")
    }

    @Test func operatorsAreHeardOnceAndNonsenseIsMovedAside() async throws {
        let scenario = try VenueScenario(target: 0)
        let inbox = OperatorInbox(stateFolder: scenario.state.url)
        let name = try inbox.write(.reconcile, at: .epoch, by: 7)
        try "{".write(to: inbox.folder.appending(path: "0-bad.json"), atomically: true, encoding: .utf8)
        let answers = ReconcileAnswers(stateFolder: scenario.state.url)
        _ = try await scenario.run { loop in
            var answer: ReconcileAnswer?
            try await scenario.until("the answer comes") {
                answer = answers.take(name)
                return answer != nil
            }
            #expect(answer?.isSettled == true)
            await loop.requestStop()
        }
        #expect(inbox.read().commands.isEmpty)
        #expect(FileManager.default.fileExists(atPath: inbox.folder.appending(path: "refused/0-bad.json").path))
        let journal = try LedgerReader(path: scenario.state.ledgerPath)
        var taken = 0
        try journal.readJournal { if $0.draft.event.contains("operated") { taken += 1 } }
        #expect(taken == 1)
    }

    /// Executions of long ago can take longer to read than a halt may: what proves that nothing is held does not wait.
    @Test func aHaltIsProvenFlatWhileExecutionsAreStillBeingRead() async throws {
        let scenario = try VenueScenario()
        let outcome = try await scenario.run { _ in
            for broker in scenario.brokers { try await scenario.untilProtected(broker) }
            await scenario.brokers[0].readHistory(true)
            try scenario.kill()
            try await scenario.until("the halt is proven") {
                let beat = try scenario.state.data("runner_heartbeat.json")
                return try JSONDecoder().decode(Heartbeat.self, from: beat).state == .halted
            }
        }
        #expect(outcome == .halted(reason: "test"))
        for broker in scenario.brokers { #expect(await broker.truth().isFlat) }
        _ = try Books(scenario.state)
    }
}
