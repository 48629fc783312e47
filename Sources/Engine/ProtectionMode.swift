/// How one leg of a protection stands.
public enum ProtectionMode: String, Codable, Sendable, CaseIterable {
    /// There is nothing to protect, or the leg is wanted and nobody has armed it yet.
    case none
    /// A native order is on its way; meanwhile we watch the price ourselves.
    case placing
    /// The venue holds the order.
    case armedNative
    /// We watch the price and close ourselves.
    case armedSynthetic
    /// The level was reached and we are closing.
    case triggered
    /// It has done its part, or the position is gone.
    case closed
}

/// What can happen to one leg of a protection.
public enum ProtectionEvent: String, Codable, Sendable, CaseIterable {
    /// A native order was sent.
    case place
    /// We watch the price ourselves from now on: the venue cannot, or its order is about to be replaced.
    case watch
    /// The venue holds the native order.
    case accepted
    /// The venue refused the native order.
    case refused
    /// The native order ended without having done its part.
    case dropped
    /// The level was reached and closing is up to us, also because the native order did not fill in time.
    case reached
    /// Its part of the position is closed.
    case done
}

/// An event that cannot happen to a leg as it stands.
public struct IllegalProtectionTransition: Error, Hashable, Sendable {
    /// How the leg stood.
    public let mode: ProtectionMode
    /// What is claimed to have happened.
    public let event: ProtectionEvent
}

extension ProtectionMode {
    /// The mode after `event`. This switch is the whole life of a leg; what it does not list is refused.
    ///
    /// - Throws: ``IllegalProtectionTransition`` when the pair cannot happen.
    public func after(_ event: ProtectionEvent) throws(IllegalProtectionTransition) -> ProtectionMode {
        switch (self, event) {
        case (.none, .place), (.armedSynthetic, .place): return .placing
        case (.none, .watch), (.placing, .watch), (.armedNative, .watch), (.armedSynthetic, .watch):
            return .armedSynthetic
        case (.placing, .accepted), (.armedNative, .accepted): return .armedNative
        // The order is being withdrawn; that it stood meanwhile changes nothing.
        case (.armedSynthetic, .accepted): return .armedSynthetic
        // A refusal may come after the acknowledgement: some venues accept first and validate later.
        case (.placing, .refused), (.armedNative, .refused), (.armedSynthetic, .refused): return .armedSynthetic
        case (.placing, .dropped), (.armedNative, .dropped), (.armedSynthetic, .dropped): return .armedSynthetic
        case (.placing, .reached), (.armedNative, .reached), (.armedSynthetic, .reached), (.triggered, .reached):
            return .triggered
        // What becomes of the native order does not matter any more: closing is up to us.
        case (.triggered, .accepted), (.triggered, .refused), (.triggered, .dropped): return .triggered
        case (.none, .done), (.placing, .done), (.armedNative, .done), (.armedSynthetic, .done), (.triggered, .done),
            (.closed, .done):
            return .closed
        // Late news of an order whose part is done.
        case (.closed, .accepted), (.closed, .refused), (.closed, .dropped): return .closed
        default: throw IllegalProtectionTransition(mode: self, event: event)
        }
    }
}
