import Core
import Engine
import Logging
import Runner
import Synchronization
import Testing

/// Alerts reach people, whatever storm they come in and however badly the way there works.
@Suite struct AlertTests {
    private static func alert(
        _ number: Int, _ code: String = "VENUE_UNREACHABLE", of subject: String = "one",
        _ severity: Alert.Severity = .warning
    ) -> Alert { Alert(severity, code, "\(subject): attempt \(number)") }

    // MARK: The throttle

    @Test func aThousandEqualAlertsAreThreeAndASummary() {
        var throttle = AlertThrottle()
        let passed = (0..<1000).filter { throttle.passes(Self.alert($0), at: .milliseconds($0)) }
        #expect(passed == [0, 1, 2])
        #expect(throttle.due(at: .seconds(59)).isEmpty && throttle.nextDeadline == .seconds(60))
        let summaries = throttle.due(at: .seconds(60))
        #expect(summaries.map(\.message) == ["one: attempt 999 (and 996 more like it)"])
    }

    @Test func whatGoesOnIsToldOnceAMinuteAndIsNewAfterAQuietOne() {
        var throttle = AlertThrottle()
        var told = 0
        for second in 0..<600 {
            told += throttle.due(at: .seconds(second)).count
            if throttle.passes(Self.alert(second), at: .seconds(second)) { told += 1 }
        }
        #expect(told == 3 + 9)
        #expect(throttle.due(at: .seconds(660)).count == 1 && throttle.due(at: .seconds(720)).isEmpty)
        #expect(throttle.nextDeadline == nil)
        let again = (0..<5).filter { throttle.passes(Self.alert($0), at: .seconds(800)) }
        #expect(again == [0, 1, 2])
    }

    @Test func otherCodesAndOtherSubjectsAreOtherAlerts() {
        var throttle = AlertThrottle()
        for code in ["A", "B"] {
            for subject in ["one", "two"] {
                let passed = (0..<9).filter { throttle.passes(Self.alert($0, code, of: subject), at: .zero) }
                #expect(passed == [0, 1, 2])
            }
        }
        #expect(throttle.flush().count == 4)
    }

    @Test func aSummaryIsAsBadAsTheWorstItHolds() {
        var throttle = AlertThrottle()
        for severity in [Alert.Severity.notice, .notice, .notice, .critical, .notice] {
            _ = throttle.passes(Self.alert(0, "A", of: "one", severity), at: .zero)
        }
        #expect(throttle.flush().map(\.severity) == [.critical])
    }

    @Test func alertsWithoutEndAreCountedAndNotKept() {
        var throttle = AlertThrottle()
        let passed = (0..<1000).filter { throttle.passes(Self.alert(0, "CODE\($0)"), at: .zero) }
        #expect(passed.count == AlertThrottle.kinds)
        #expect(throttle.flush().map(\.message) == ["744 more alerts of other kinds; see the log"])
    }

    // MARK: The queue

    /// What was delivered, and a gate that keeps deliveries waiting.
    private final class Post: Sendable {
        private let state = Mutex((told: [Alert](), isOpen: true))

        var told: [Alert] { state.withLock(\.told) }
        func setOpen(_ isOpen: Bool) { state.withLock { $0.isOpen = isOpen } }

        func deliver(_ alert: Alert) async {
            while !state.withLock(\.isOpen) { try? await Task.sleep(for: .milliseconds(2)) }
            state.withLock { $0.told.append(alert) }
        }
    }

    @Test func alertsArriveInTheirOrder() async {
        let post = Post()
        let queue = AlertQueue(log: Logger(label: "test")) { alert in
            await post.deliver(alert)
            return nil
        }
        for stage in ["KILL_ENGAGED", "KILL_CANCELLED", "KILL_FLAT"] { queue.post(Alert(.critical, stage, "stage")) }
        #expect(await queue.close(within: .seconds(30)))
        #expect(post.told.map(\.code) == ["KILL_ENGAGED", "KILL_CANCELLED", "KILL_FLAT"])
    }

    @Test func aThousandEqualAlertsAreFewDeliveries() async {
        let post = Post()
        let queue = AlertQueue(log: Logger(label: "test")) { alert in
            await post.deliver(alert)
            return nil
        }
        for number in 0..<1000 { queue.post(Self.alert(number)) }
        #expect(await queue.close(within: .seconds(30)))
        #expect(post.told.count == 4 && post.told.last?.message.contains("996 more") == true)
    }

    /// Posting never waits for a delivery, and alerts behind hanging ones are tried all the same.
    @Test func aWayThatHangsKeepsNobodyWaiting() async {
        let post = Post()
        post.setOpen(false)
        let tried = Mutex<[String]>([])
        let queue = AlertQueue(log: Logger(label: "test")) { alert in
            tried.withLock { $0.append(alert.code) }
            await post.deliver(alert)
            return nil
        }
        // More than can wait: the first ones hang, and the loop that posts gets on.
        for number in 0..<200 { queue.post(Alert(number == 150 ? .critical : .notice, "CODE\(number)", "storm")) }
        #expect(post.told.isEmpty)
        while tried.withLock({ $0.count }) < 3 { await Task.yield() }
        post.setOpen(true)
        #expect(await queue.close(within: .seconds(60)))
        let codes = post.told.map(\.code)
        #expect(codes.contains("CODE0") && codes.contains("CODE150") && codes.contains("ALERTS_LOST"))
        #expect(codes.count <= AlertQueue.capacity + AlertQueue.hands + 1)
    }

    @Test func aWayThatFailsIsLoggedOnce() async {
        let lines = LogLines()
        let fails = Mutex(true)
        let queue = AlertQueue(log: lines.logger) { _ in fails.withLock { $0 } ? "no such host" : nil }
        for number in 0..<5 { queue.post(Alert(.critical, "CODE\(number)", "x")) }
        #expect(await queue.close(within: .seconds(30)))
        #expect(lines.all.filter { $0.contains("alerts do not arrive") && $0.contains("no such host") }.count == 1)
        fails.withLock { $0 = false }
        queue.post(Alert(.critical, "LAST", "x"))
        #expect(await queue.close(within: .seconds(30)))
        #expect(lines.all.filter { $0.contains("alerts arrive again") }.count == 1)
    }

    // MARK: The loops

    @Test func theRunnersAlertsGoTheWayOfTheQueue() async throws {
        let post = Post()
        let queue = AlertQueue(log: Logger(label: "test")) { alert in
            await post.deliver(alert)
            return nil
        }
        var scenario = try VenueScenario()
        scenario.alerts = queue
        let (own, brokers) = (scenario, scenario.brokers)
        _ = try await scenario.run { _ in
            for broker in brokers { try await own.untilProtected(broker) }
            try own.kill()
        }
        #expect(await queue.close(within: .seconds(30)))
        let codes = post.told.map(\.code)
        let stages = ["KILL_ENGAGED", "KILL_CANCELLED", "KILL_FLAT"].map { codes.firstIndex(of: $0) ?? -1 }
        #expect(!stages.contains(-1) && stages == stages.sorted(), "\(codes)")
    }
}

/// What was logged, one line each.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let text = "\(event.level) \(event.message) \(event.metadata ?? [:])"
            lines.lines.withLock { $0.append(text) }
        }
    }
}
