import Engine
import Testing

/// The life of a protection leg, over every mode and every event.
@Suite struct ProtectionModeTests {
    /// What each event does in each mode; what is missing is illegal.
    private static let table: [ProtectionMode: [ProtectionEvent: ProtectionMode]] = [
        .none: [.place: .placing, .watch: .armedSynthetic, .done: .closed],
        .placing: [
            .watch: .armedSynthetic, .accepted: .armedNative, .refused: .armedSynthetic, .dropped: .armedSynthetic,
            .reached: .triggered, .done: .closed,
        ],
        .armedNative: [
            .watch: .armedSynthetic, .accepted: .armedNative, .refused: .armedSynthetic, .dropped: .armedSynthetic,
            .reached: .triggered, .done: .closed,
        ],
        .armedSynthetic: [
            .place: .placing, .watch: .armedSynthetic, .accepted: .armedSynthetic, .refused: .armedSynthetic,
            .dropped: .armedSynthetic, .reached: .triggered, .done: .closed,
        ],
        .triggered: [
            .accepted: .triggered, .refused: .triggered, .dropped: .triggered, .reached: .triggered, .done: .closed,
        ],
        .closed: [.accepted: .closed, .refused: .closed, .dropped: .closed, .done: .closed],
    ]

    @Test(arguments: ProtectionMode.allCases, ProtectionEvent.allCases)
    func everyPairIsInTheTableOrRefused(mode: ProtectionMode, event: ProtectionEvent) throws {
        if let next = Self.table[mode]?[event] {
            #expect(try mode.after(event) == next)
        } else {
            #expect(throws: IllegalProtectionTransition.self) { try mode.after(event) }
        }
    }

    @Test func aClosedLegNeverComesBack() {
        for event in ProtectionEvent.allCases {
            let next = try? ProtectionMode.closed.after(event)
            #expect(next == nil || next == .closed)
        }
    }

    @Test func aTriggeredLegIsOnlyLeftByBeingDone() {
        for event in ProtectionEvent.allCases where event != .done {
            let next = try? ProtectionMode.triggered.after(event)
            #expect(next == nil || next == .triggered)
        }
    }
}
