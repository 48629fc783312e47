import Core
import Foundation
import Runner

/// How the venues of a running runner do, by its last beat.
struct BrokerLines {
    /// One line for each venue.
    let lines: [String]
    private let beat: Heartbeat

    init(_ beat: Heartbeat) {
        self.beat = beat
        lines = beat.brokers.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.text($0.value, at: beat.at))" }
    }

    /// Why nothing can be opened at a venue just now; nil while it answers.
    func silence(of broker: String) -> String? {
        guard let now = beat.brokers[broker], !now.connected else { return nil }
        return "\(broker) \(Self.text(now, at: beat.at))"
    }

    /// Why the last exchange with a venue failed; nil while it answers.
    func error(of broker: String) -> String? { beat.brokers[broker]?.error }

    private static func text(_ broker: Heartbeat.BrokerBeat, at now: Timestamp) -> String {
        let why = broker.error.map { ": \($0)" } ?? ""
        guard let last = broker.lastSuccessAt else { return "NOT REACHED since the start\(why)" }
        let age = "\(Output.number(max(0, (now - last).seconds), 0)) s"
        return broker.connected
            ? "connected, last heard \(age) before the beat, answers in \(Output.number(broker.roundTripMs, 0)) ms"
            : "NOT REACHED, last heard \(age) before the beat\(why)"
    }
}
