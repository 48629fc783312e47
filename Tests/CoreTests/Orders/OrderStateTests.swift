import Core
import Testing

@Suite struct OrderStateTests {
    /// For each state what may happen and where it leads; everything else is refused. Written from the venues'
    /// habits, not from the code.
    private static let table: [OrderState: [OrderEvent: OrderState]] = [
        .intended: [
            .sent: .sent, .accepted: .working, .partlyFilled: .partiallyFilled, .filled: .filled,
            .cancelRequested: .cancelling, .cancelled: .cancelled, .rejected: .rejected, .expired: .expired,
            .silence: .unknown, .absent: .rejected,
        ],
        .sent: [
            .accepted: .working, .partlyFilled: .partiallyFilled, .filled: .filled, .cancelRequested: .cancelling,
            .cancelled: .cancelled, .rejected: .rejected, .expired: .expired, .silence: .unknown, .absent: .rejected,
        ],
        .working: [
            .accepted: .working, .partlyFilled: .partiallyFilled, .filled: .filled, .cancelRequested: .cancelling,
            .cancelRefused: .working, .cancelled: .cancelled, .rejected: .rejected, .expired: .expired,
            .silence: .unknown, .absent: .cancelled,
        ],
        .partiallyFilled: [
            .accepted: .partiallyFilled, .partlyFilled: .partiallyFilled, .filled: .filled,
            .cancelRequested: .cancelling, .cancelRefused: .partiallyFilled, .cancelled: .cancelled,
            .expired: .expired, .silence: .unknown, .absent: .cancelled,
        ],
        .cancelling: [
            .accepted: .cancelling, .partlyFilled: .cancelling, .filled: .filled, .cancelRequested: .cancelling,
            .cancelRefused: .working, .cancelled: .cancelled, .rejected: .cancelled, .expired: .expired,
            .silence: .unknown, .absent: .cancelled,
        ],
        .unknown: [
            .accepted: .working, .partlyFilled: .partiallyFilled, .filled: .filled, .cancelRequested: .unknown,
            .cancelRefused: .unknown, .cancelled: .cancelled, .rejected: .rejected, .expired: .expired,
            .silence: .unknown, .absent: .rejected,
        ],
        .filled: [.accepted: .filled, .partlyFilled: .filled, .filled: .filled, .cancelRefused: .filled],
        .cancelled: [
            .accepted: .cancelled, .partlyFilled: .cancelled, .filled: .filled, .cancelRefused: .cancelled,
            .cancelled: .cancelled, .rejected: .cancelled,
        ],
        .rejected: [
            .partlyFilled: .cancelled, .filled: .filled, .rejected: .rejected, .cancelRefused: .rejected,
        ],
        .expired: [
            .accepted: .expired, .partlyFilled: .expired, .filled: .filled, .cancelRefused: .expired,
            .expired: .expired,
        ],
    ]

    private func after(_ event: OrderEvent, in state: OrderState) -> OrderState? {
        try? state.after(event)
    }

    @Test(arguments: OrderState.allCases, OrderEvent.allCases)
    func everyPairGoesWhereTheTableSays(state: OrderState, event: OrderEvent) throws {
        if let expected = Self.table[state]?[event] {
            #expect(try state.after(event) == expected)
        } else {
            let refusal = #expect(throws: IllegalOrderTransition.self) { try state.after(event) }
            #expect(refusal?.state == state && refusal?.event == event)
        }
    }

    @Test(arguments: OrderState.allCases.filter(\.isFinal), OrderEvent.allCases)
    func finalStatesAreLeftOnlyByLateFills(state: OrderState, event: OrderEvent) {
        let next = after(event, in: state)
        guard let next, next != state else { return }
        #expect(next == .filled ? event == .filled : state == .rejected && event == .partlyFilled)
        #expect(next.isFinal)
    }

    @Test func onlyAnswersOfTheVenueLeaveTheUnknown() {
        for event in [OrderEvent.sent, .silence, .cancelRequested, .cancelRefused] {
            #expect(after(event, in: .unknown) ?? .unknown == .unknown)
        }
    }

    @Test func silenceNeverMeansFailed() {
        for state in OrderState.allCases {
            #expect(after(.silence, in: state) ?? .unknown == .unknown)
        }
    }

    @Test func everyOrderThatIsNotFinalCanStillEndInEveryWay() {
        for state in OrderState.allCases where !state.isFinal {
            for event in [OrderEvent.filled, .cancelled, .expired] {
                #expect(after(event, in: state)?.isFinal == true, "\(state) \(event)")
            }
        }
    }

    @Test func everyFillIsBookedWhateverWeThoughtOfTheOrder() {
        for state in OrderState.allCases {
            #expect(after(.partlyFilled, in: state) != nil && after(.filled, in: state) != nil, "\(state)")
        }
    }

    @Test func exactlyFourStatesAreFinal() {
        #expect(OrderState.allCases.filter(\.isFinal) == [.filled, .cancelled, .rejected, .expired])
    }

    @Test func randomHistoriesNeverComeBackFromTheEnd() {
        var random = SeededRandom(seed: 51)
        for _ in 0..<5000 {
            var (state, ended) = (OrderState.intended, false)
            for _ in 0..<20 {
                let event = OrderEvent.allCases[random.below(OrderEvent.allCases.count)]
                state = after(event, in: state) ?? state
                #expect(!ended || state.isFinal)
                ended = state.isFinal
            }
        }
    }
}
