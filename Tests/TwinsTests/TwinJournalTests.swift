import Core
import Foundation
import Synchronization
import Testing
import Twins

/// A world is its inputs: what was told to one twin brings the same world about at another.
@Suite struct TwinJournalTests {
    private static let start = Timestamp(milliseconds: 1_700_000_000_000)
    private static let known = [BitgetKey.trading.key, BitgetKey.trading.passphrase]

    /// A clock that goes on by seven milliseconds each time somebody looks.
    private final class Clock: Sendable {
        private let looks = Atomic<Int>(0)
        var now: Timestamp {
            start + .milliseconds(Int64(looks.add(1, ordering: .relaxed).newValue * 7))
        }
    }

    /// What was told, in order.
    private final class Notes: Sendable {
        private let inputs = Mutex<[TwinInput]>([])
        var all: [TwinInput] { inputs.withLock { $0 } }
        func take(_ input: TwinInput) { inputs.withLock { $0.append(input) } }
    }

    /// What was traced.
    private final class Lines: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        func take(_ text: String) { texts.withLock { $0.append(text) } }
    }

    private static let plan = #"""
        {"faults": {"partialFills": {"parts": 3, "seconds": [0.01, 0.05]}, "dropResponse": {"chance": 0.2},
                    "notFoundLag": {"chance": 0.3, "seconds": [0.05, 0.1]}},
         "rules": [{"do": "duplicateRequest", "method": "POST", "chance": 0.5}]}
        """#

    private func world() throws -> BitgetWorld {
        Desk(plan: try JSONDecoder().decode(TwinFaultPlan.self, from: Data(Self.plan.utf8))).world
    }

    @Test func equalInputsBringTheSameWorldAbout() async throws {
        let (clock, notes) = (Clock(), Notes())
        let host = TwinHost(try world(), wallClock: { clock.now }, journal: { input, _ in notes.take(input) })
        let server = try await TwinServer.start(host, port: 0)
        let desk = Desk()
        for round in 0..<24 {
            let target = "/api/v2/mix/order/place-order"
            let side = round % 3 == 2 ? "sell" : "buy"
            let body = Desk.order(side, "0.01", ["clientOid": "journal-\(round)"]).description
            _ = try await RawHTTP.ask(
                port: server.port, "POST", target, body: body, headers: desk.headers("POST", target, body))
            let price = #"{"symbol": "BTCUSDT", "price": "\#(60_000 + round * 10)"}"#
            _ = try await RawHTTP.ask(port: server.port, "POST", "/twin/price", body: price)
            _ = try await RawHTTP.ask(port: server.port, "GET", "/twin/books")
        }
        await server.stop()
        let again = TwinHost(try world(), wallClock: { Self.start })
        var (writer, reader) = (
            TwinJournalLines(after: Self.start, known: Self.known),
            TwinJournalLines(after: Self.start, known: Self.known)
        )
        let read = notes.all.compactMap { reader.input(writer.line($0).dropLast()) }
        #expect(read.count == notes.all.count)
        again.replay(read)
        let (books, others) = (host.withWorld { $0.books }, again.withWorld { $0.books })
        #expect(books == others)
        #expect((books["fills"]?.elements.count ?? 0) > 20 && !(books["positions"]?.elements ?? []).isEmpty)
    }

    private static let changes = [
        "reset", "freeze", "thaw", "clock", "script", "release", "disconnect", "price", "trade", "wallet",
    ]

    /// Whoever looks around by GET changes nothing, and what he looked at is gone through as a moment that passed.
    @Test(arguments: changes) func whatChangesSomethingIsRefusedByGET(command: String) async throws {
        let (clock, notes) = (Clock(), Notes())
        let host = TwinHost(Desk().world, wallClock: { clock.now }, journal: { input, _ in notes.take(input) })
        let server = try await TwinServer.start(host, port: 0)
        let body = #"{"symbol": "BTCUSDT", "side": "buy", "size": "0.01"}"#
        _ = try await RawHTTP.ask(port: server.port, "POST", "/twin/trade", body: body)
        let answer = try await RawHTTP.ask(port: server.port, "GET", "/twin/\(command)")
        for look in ["status", "books", "log", "faults"] {
            let seen = try await RawHTTP.ask(port: server.port, "GET", "/twin/\(look)")
            #expect(seen.contains("200 OK"), "\(look)")
        }
        await server.stop()
        #expect(answer.contains(" 405 ") && answer.contains("Allow: POST") && answer.contains(command), "\(answer)")
        let requests = notes.all.filter { if case .request = $0.deed { true } else { false } }
        #expect(requests.count == 2, "the trade and the refusal; looks are none")
        let again = TwinHost(Desk().world, wallClock: { Self.start })
        again.replay(notes.all)
        let (books, others) = (host.withWorld { $0.books }, again.withWorld { $0.books })
        #expect(books == others && books["positions"]?.elements.count == 1, "\(others)")
    }

    /// What is only gone through again is told to nobody.
    @Test func aReplayLeavesNoTrace() async throws {
        let (clock, notes, lines) = (Clock(), Notes(), Lines())
        let trace: @Sendable (String) -> Void = { lines.take($0) }
        let host = TwinHost(
            Desk().world, wallClock: { clock.now }, trace: trace, journal: { input, _ in notes.take(input) })
        let server = try await TwinServer.start(host, port: 0)
        _ = try await RawHTTP.ask(port: server.port, "GET", "/api/v2/public/time?a=b")
        await server.stop()
        #expect(lines.all == ["GET /api/v2/public/time?a=b -> 200 00000"])
        TwinHost(Desk().world, wallClock: { Self.start }, trace: trace).replay(notes.all)
        #expect(lines.all.count == 1)
    }

    @Test func everyInputIsReadAsItWasWritten() {
        let odd = "\"\\\u{1}\n\r\té\u{1F600} \u{7f}"
        let request = TwinRequest(
            method: "POST", target: "/a?b=%20c&d", headers: ["x-odd": odd, "access-key": BitgetKey.trading.key],
            body: [0, 10, 13, 34, 92, 200, 255])
        let deeds: [TwinInput.Deed] = [
            .tick, .request(request), .knock(path: odd), .open(path: "/v2/ws/private"), .text(odd, session: 3),
            .text("{\"op\":\"subscribe\",\"args\":[]}", session: -1), .close(session: 4), .lost,
        ]
        // Clocks are set back at times.
        let inputs = deeds.enumerated().map {
            TwinInput(at: Self.start + .milliseconds(Int64($0 % 3 == 2 ? -500 : $0 * 40)), $1)
        }
        var writer = TwinJournalLines(after: Self.start, known: Self.known)
        var reader = writer
        for input in inputs {
            let line = writer.line(input)
            #expect(line.last == "\n" && !line.dropLast().contains("\n"))
            #expect(reader.input(line.dropLast()) == input, "\(line)")
        }
        for broken in ["", "x5", "t", "tx", "r5", "r5 {}", "m5 {\"session\":1}", "c5 x", "k5"] {
            #expect(reader.input(broken[...]) == nil, "\(broken)")
        }
    }

    /// Keys are not written: neither those of somebody who points another client here, nor the twin's own.
    @Test(arguments: [("own-key", "own-word", false), (BitgetKey.trading.key, BitgetKey.trading.passphrase, true)])
    func keysAreNotWritten(key: String, word: String, isKnown: Bool) {
        var lines = TwinJournalLines(after: Self.start, known: Self.known)
        var reader = lines
        let request = TwinRequest(
            method: "GET", target: "/a",
            headers: ["access-key": key, "access-passphrase": word, "authorization": "Bearer own-token"])
        let login =
            #"{"op":"login","args":[{"apiKey":"\#(key)","passphrase":"\#(word)","timestamp":"1","sign":"s"}]}"#
        for deed in [TwinInput.Deed.request(request), .text(login, session: 1)] {
            let line = lines.line(TwinInput(at: Self.start, deed))
            for secret in [key, word, "own-token"] { #expect(!line.contains(secret), "\(line)") }
            let read = reader.input(line.dropLast())
            switch read?.deed {
            case .request(let again):
                #expect((again.headers["access-key"] == key) == isKnown)
                #expect((again.headers["access-passphrase"] == word) == isKnown)
            case .text(let again, let session): #expect(session == 1 && (again == login) == isKnown, "\(again)")
            default: Issue.record("\(line)")
            }
        }
    }
}
