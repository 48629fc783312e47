import Brokers
import Core
import Foundation
import Testing
import Twins

/// However the venue ends its streams, the client comes again and misses nothing.
@Suite(.fewAtOnce) struct TInvestStreamEndTests {
    /// Cut without a word, or closed with the protocol's codes and the venue's own.
    static let endings: [UInt16?] = [
        nil, 1000, 1001, 1002, 1008, 1011, 1012, 1013, 4002, 4003, 4004, 4007, 4008, 4013, 4014, 4016,
    ]

    private static func body(_ code: UInt16?) -> String { code.map { #"{"code":\#($0)}"# } ?? "{}" }

    /// Waits until so many streams are open.
    private func until(_ count: Int, _ broker: TinkoffBroker, _ twin: TInvestBench) async throws {
        for _ in 0..<400 {
            if try await twin.streams() == count { return }
            _ = try await broker.nextEvents()
        }
        Issue.record("there are \(try await twin.streams()) streams, not \(count)")
    }

    @Test(arguments: endings) func everyEndIsFollowedByAnotherConnection(code: UInt16?) async throws {
        // What comes again after two minutes does so at once here.
        try await withTInvest(adjust: { $0.streamPause = .milliseconds(50) }) { broker, twin in
            try await until(3, broker, twin)
            for round in 0..<2 {
                try await twin.control("disconnect", Self.body(code))
                #expect(try await twin.streams() < 3)
                let order = TinkoffBench.request("a\(round)", .buy)
                _ = await broker.submit(order)
                let events = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a\(round)"))
                #expect(events.count { if case .fill = $0 { true } else { false } } == 1)
                try await until(3, broker, twin)
            }
            #expect(try await broker.snapshot().positions.first?.quantity == TinkoffPieces(20).quantity)
        }
    }

    /// The code travels as the protocol wants it.
    @Test(arguments: [1000, 1001, 1011, 4008] as [UInt16]) func theCodeIsInTheFrame(code: UInt16) async throws {
        let twin = try await TInvestBench(TInvestBench.Manner())
        let method = "tinkoff.public.invest.api.contract.v1.MarketDataStreamService/MarketDataStream"
        let address = try #require(WebSocketAddress("ws://127.0.0.1:\(twin.port)/ws/\(method)"))
        let client = try WebSocketClient(
            address, headers: [("Authorization", "Bearer \(TInvestToken.trading.text)")])
        await #expect(throws: WebSocketFailure.closed(code: Int(code))) {
            try await client.withConnection { connection in
                try await twin.control("disconnect", Self.body(code))
                try await connection.read { _ in }
            }
        }
        await twin.stop()
    }

    /// By plan as well: each message may be the last of its stream.
    @Test func aPlanClosesStreamsWithCodes() async throws {
        var manner = TInvestBench.Manner()
        let rules = [1000, 1001, 1011, 4013].map { #"{"do":"disconnect","code":"\#($0)","count":1,"skip":1}"# }
        let plan = #"{"rules":[\#(rules.joined(separator: ","))]}"#
        manner.plan = try JSONDecoder().decode(TwinFaultPlan.self, from: Data(plan.utf8))
        try await withTInvest(manner) { broker, twin in
            for round in 0..<4 {
                _ = await broker.submit(TinkoffBench.request("a\(round)", .buy))
                _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a\(round)"))
            }
            try await until(3, broker, twin)
            #expect(try await broker.snapshot().positions.first?.quantity == TinkoffPieces(40).quantity)
        }
    }

    @Test(arguments: ["999", "1006", "5000", "x"]) func codesThatNeverTravelAreRefused(code: String) async throws {
        let plan = #"{"rules":[{"do":"disconnect","code":"\#(code)"}]}"#
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(TwinFaultPlan.self, from: Data(plan.utf8))
        }
    }
}
