/// Where an order is in its life, as far as we know.
public enum OrderState: String, Codable, Sendable, CaseIterable {
    /// Written down, not yet sent.
    case intended
    /// Sent, no answer yet.
    case sent
    /// The venue has it and nothing is filled.
    case working
    /// The venue has it and a part is filled.
    case partiallyFilled
    /// A cancellation is on its way.
    case cancelling
    /// We asked and heard nothing: it may or may not be there. Only a venue's answer leaves this state.
    case unknown
    /// Done: all of it.
    case filled
    /// Done: the rest was cancelled.
    case cancelled
    /// Done: the venue refused it.
    case rejected
    /// Done: it ran out of time.
    case expired

    /// Whether the venue will do nothing more with it, late fills aside.
    public var isFinal: Bool {
        switch self {
        case .filled, .cancelled, .rejected, .expired: true
        case .intended, .sent, .working, .partiallyFilled, .cancelling, .unknown: false
        }
    }
}

/// What can happen to an order.
public enum OrderEvent: String, Codable, Sendable, CaseIterable {
    /// Its bytes left.
    case sent
    /// The venue took it.
    case accepted
    /// A part was filled, some is left.
    case partlyFilled
    /// The last part was filled.
    case filled
    /// We asked to cancel.
    case cancelRequested
    /// The venue would not cancel; the order stands.
    case cancelRefused
    /// The venue cancelled it.
    case cancelled
    /// The venue refused it.
    case rejected
    /// The venue let it run out.
    case expired
    /// No answer within the deadline.
    case silence
    /// The venue has repeatedly never heard of it.
    case absent
}

/// An event that cannot happen in the state an order is in.
public struct IllegalOrderTransition: Error, Hashable, Sendable {
    /// Where the order was.
    public let state: OrderState
    /// What is claimed to have happened.
    public let event: OrderEvent
}

extension OrderState {
    /// The state after `event`. This switch is the whole life of an order; what it does not list is refused.
    ///
    /// - Throws: ``IllegalOrderTransition`` when the pair cannot happen.
    public func after(_ event: OrderEvent) throws(IllegalOrderTransition) -> OrderState {
        switch (self, event) {
        case (.intended, .sent): return .sent
        // A crash between sending and noting it: the venue's answer may find the order still "intended".
        case (.intended, .accepted), (.sent, .accepted), (.unknown, .accepted): return .working
        case (.intended, .silence), (.sent, .silence), (.unknown, .silence): return .unknown
        case (.intended, .rejected), (.sent, .rejected), (.unknown, .rejected): return .rejected
        // The answer and the stream both tell.
        case (.rejected, .rejected): return .rejected
        case (.cancelled, .rejected): return .cancelled
        // Repeated and spaced "never heard of it": the order did not reach the venue.
        case (.intended, .absent), (.sent, .absent), (.unknown, .absent): return .rejected
        case (.working, .accepted): return .working  // streams repeat themselves
        case (.partiallyFilled, .accepted): return .partiallyFilled  // an old news arriving late
        case (.cancelling, .accepted): return .cancelling
        // A post-accept refusal: some venues accept first and validate later.
        case (.working, .rejected): return .rejected
        // Fills overtake the acknowledgement, and cross the cancellation.
        case (.intended, .partlyFilled), (.sent, .partlyFilled), (.unknown, .partlyFilled), (.working, .partlyFilled),
            (.partiallyFilled, .partlyFilled):
            return .partiallyFilled
        case (.cancelling, .partlyFilled): return .cancelling
        case (.intended, .filled), (.sent, .filled), (.unknown, .filled), (.working, .filled),
            (.partiallyFilled, .filled), (.cancelling, .filled), (.filled, .filled):
            return .filled
        // Late fills after a cancellation are real money: they are booked and the order stays final.
        case (.cancelled, .partlyFilled): return .cancelled
        case (.cancelled, .filled), (.expired, .filled): return .filled
        // So are fills of an order that was taken for refused, because the venue knew nothing of it for too long.
        case (.rejected, .partlyFilled): return .cancelled
        case (.rejected, .filled): return .filled
        case (.expired, .partlyFilled): return .expired
        case (.intended, .cancelRequested), (.sent, .cancelRequested), (.working, .cancelRequested),
            (.partiallyFilled, .cancelRequested), (.cancelling, .cancelRequested):
            return .cancelling
        case (.unknown, .cancelRequested): return .unknown  // cancelling what may not be there answers nothing
        case (.cancelling, .cancelRefused): return .working
        // The refusal comes after the silence, or twice; it does not prove that the order is there.
        case (.unknown, .cancelRefused): return .unknown
        case (.working, .cancelRefused): return .working
        case (.partiallyFilled, .cancelRefused): return .partiallyFilled
        case (.cancelling, .silence): return .unknown
        case (.cancelling, .rejected), (.cancelling, .absent): return .cancelled
        case (.working, .silence), (.partiallyFilled, .silence): return .unknown
        case (.working, .absent), (.partiallyFilled, .absent): return .cancelled  // swept by the venue
        case (.intended, .cancelled), (.sent, .cancelled), (.working, .cancelled), (.partiallyFilled, .cancelled),
            (.cancelling, .cancelled), (.unknown, .cancelled), (.cancelled, .cancelled):
            return .cancelled
        case (.intended, .expired), (.sent, .expired), (.working, .expired), (.partiallyFilled, .expired),
            (.cancelling, .expired), (.unknown, .expired), (.expired, .expired):
            return .expired
        // The cancellation lost the race; its answer comes after the end.
        case (.filled, .cancelRefused), (.filled, .accepted), (.filled, .partlyFilled): return .filled
        case (.cancelled, .accepted), (.cancelled, .cancelRefused): return .cancelled
        case (.expired, .accepted), (.expired, .cancelRefused): return .expired
        case (.rejected, .cancelRefused): return .rejected
        default: throw IllegalOrderTransition(state: self, event: event)
        }
    }
}
