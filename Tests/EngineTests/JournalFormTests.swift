import Core
import Engine
import Foundation
import Testing

/// The journal is read again after years: its JSON must not change by accident.
@Suite struct JournalFormTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private let id = ClientOrderID("0b0c")
    private let at = Timestamp(milliseconds: 1_700_000_000_000)

    private func report() throws -> OrderReport {
        OrderReport(
            clientID: id, venueOrderID: "7", symbol: try Bench.symbol(), side: .buy,
            kind: .stop(trigger: try #require(Price("1.5"))), quantity: try #require(Quantity("2")), filled: .zero,
            state: .working, reason: nil, at: at)
    }

    @Test func everyEventIsReadBackAsItWasWritten() throws {
        var world = RandomWorld(seed: 3)
        world.drawsNaN = false
        var events: [EngineEvent] = [.configured(world.configuration())]
        _ = world.feed(events[0])
        for _ in 0..<3_000 { events.append(world.step().event) }
        for event in events {
            let text = try json(event)
            let again = try JSONDecoder().decode(EngineEvent.self, from: Data(text.utf8))
            #expect(again == event)
            #expect(try json(again) == text)
        }
    }

    @Test func eventsKeepTheirForm() throws {
        let row = SignalRow(
            symbol: try Bench.symbol(), time: at, target: 0.5, confidence: 1, stop: 90.25, takeProfit: nil, fold: 3)
        let batch = VenueBatch(
            broker: BrokerName("one"), at: at, events: [.price(try Bench.symbol(), try #require(Price("100.5")))])
        #expect(try json(EngineEvent.deadline) == #"{"deadline":{}}"#)
        #expect(try json(EngineEvent.kill(reason: "x")) == #"{"kill":{"reason":"x"}}"#)
        #expect(try json(EngineEvent.silent(Bench.symbol(), id)) == #"{"silent":{"_0":"AAA","_1":"0b0c"}}"#)
        #expect(
            try json(EngineEvent.signal(row))
                == #"{"signal":{"_0":{"confidence":1,"fold":3,"stop":90.25,"symbol":"AAA","#
                + #""target":0.5,"time":1700000000000}}}"#
        )
        #expect(
            try json(EngineEvent.venue(batch))
                == #"{"venue":{"_0":{"at":1700000000000,"broker":"one","events":["#
                + #"{"price":{"_0":"AAA","_1":"100.5"}}]}}}"#
        )
        #expect(
            try json(EngineEvent.reported(report()))
                == #"{"reported":{"_0":{"at":1700000000000,"clientID":"0b0c","filled":"0","#
                + #""kind":{"stop":{"trigger":"1.5"}},"#
                + #""quantity":"2","side":"buy","state":"working","symbol":"AAA","venueOrderID":"7"}}}"#)
    }

    @Test func effectsKeepTheirForm() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        let submit = try #require(bench.effects.first { if case .submit = $0 { true } else { false } })
        #expect(
            try json(submit)
                == #"{"submit":{"_0":{"clientID":"\#(entry)","kind":{"market":{}},"purpose":"entry","quantity":"5","#
                + #""reduceOnly":false,"side":"buy","symbol":"AAA"},"_1":"one"}}"#)
        let broker = BrokerName("one")
        #expect(
            try json(Effect.cancel(.client(id), Bench.symbol(), broker))
                == #"{"cancel":{"_0":{"client":{"_0":"0b0c"}},"_1":"AAA","_2":"one"}}"#)
        let (trigger, quantity) = (try #require(Price("1.5")), try #require(Quantity("2")))
        #expect(
            try json(Effect.amend(id, Bench.symbol(), trigger: trigger, quantity: quantity, broker))
                == #"{"amend":{"_0":"0b0c","_1":"AAA","_4":"one","quantity":"2","trigger":"1.5"}}"#)
        #expect(
            try json(Effect.query(Bench.symbol(), id, broker)) == #"{"query":{"_0":"AAA","_1":"0b0c","_2":"one"}}"#)
        #expect(
            try json(Effect.readAccount(broker, fillsSince: at))
                == #"{"readAccount":{"_0":"one","fillsSince":1700000000000}}"#)
        #expect(
            try json(Effect.alert(Alert(.critical, "CODE", "why")))
                == #"{"alert":{"_0":{"code":"CODE","message":"why","severity":"critical"}}}"#)
        #expect(try json(Effect.halted(reason: "x")) == #"{"halted":{"reason":"x"}}"#)
    }
}
