public import Core

/// A value that the risk gate let pass. Only ``RiskGate`` can make one, and only such orders can be sent.
public struct Approved<Request: Hashable & Sendable & Encodable>: Hashable, Sendable, Encodable {
    /// What was approved.
    public let request: Request

    fileprivate init(_ request: Request) {
        self.request = request
    }

    /// Writes the bare request.
    public func encode(to encoder: any Encoder) throws {
        try request.encode(to: encoder)
    }
}

/// The one way to a venue: every order passes here. The rules are in the files `RiskGate+...`, one kind in each.
public struct RiskGate: Sendable {
    /// What an order is judged by.
    public struct Circumstances: Sendable {
        /// Whether the engine may open.
        public var tradingState: TradingState
        /// The signed position now.
        public var position: Quantity
        /// The last price and when it was seen.
        public var lastPrice: (price: Price, at: Timestamp)?
        /// The close of the last complete bar.
        public var referencePrice: Price?
        /// When the signal row was decided; nil for an order without a signal.
        public var signalTime: Timestamp?
        /// The stop that the position will have.
        public var stop: Price?
        /// Whether an order of this name was already written down.
        public var isDuplicate: Bool
        /// The price that the stop is judged by instead of the last one: for the second half of a reversal that of its
        /// decision, because the reversal was let pass as a whole.
        public var stopAnchor: Price?
        /// What opening orders on their way will add to the position, signed: they count as soon as they are entered.
        public var ordered = Quantity.zero
        /// Quote, session, slippage and the counters.
        public var risk = DeskRisk()
        /// The profit of the asset now.
        public var profit = Money.zero

        /// Circumstances from their parts; the others are properties.
        public init(
            tradingState: TradingState, position: Quantity, lastPrice: (price: Price, at: Timestamp)?,
            referencePrice: Price?, signalTime: Timestamp?, stop: Price?, isDuplicate: Bool, stopAnchor: Price? = nil
        ) {
            (self.tradingState, self.position, self.lastPrice) = (tradingState, position, lastPrice)
            (self.referencePrice, self.signalTime) = (referencePrice, signalTime)
            (self.stop, self.isDuplicate, self.stopAnchor) = (stop, isDuplicate, stopAnchor)
        }
    }

    /// What is allowed.
    public let limits: RiskLimits

    /// A gate with these limits.
    public init(limits: RiskLimits) {
        self.limits = limits
    }

    /// Lets `request` pass or says which rule stopped it.
    ///
    /// A reduction passes where an entry would not: only a duplicate, or one that would flip the position, is refused.
    ///
    /// - Throws: ``RiskRefusal`` of the first rule that refuses.
    public func approve(
        _ request: OrderRequest, of instrument: Instrument, in circumstances: Circumstances, at now: Timestamp
    ) throws(RiskRefusal) -> Approved<OrderRequest> {
        let finding =
            circumstances.isDuplicate
            ? RiskFinding(.duplicateOrder, "exists already", "order \(request.clientID) exists already")
            : request.reduceOnly
                ? flip(request, circumstances)
                : opening(request, of: instrument, in: circumstances, at: now)
        if let finding {
            throw RiskRefusal(
                code: finding.code, symbol: request.symbol, clientID: request.clientID, figures: finding.figures,
                sentence: finding.sentence, at: now)
        }
        return Approved(request)
    }

    /// The rules for what enlarges exposure. The first one that refuses is named: what holds for everything comes
    /// before the market, the market before the order's size, and the size before the counters.
    private func opening(
        _ request: OrderRequest, of instrument: Instrument, in circumstances: Circumstances, at now: Timestamp
    ) -> RiskFinding? {
        if let finding = state(circumstances) ?? regime(circumstances) { return finding }
        if let finding = expired(circumstances, at: now) ?? clock(circumstances) ?? session(circumstances) {
            return finding
        }
        guard let last = circumstances.lastPrice, last.price > .zero else {
            return RiskFinding(.stalePrice, "no price", "there is no price of \(request.symbol) yet")
        }
        return market(request, last, circumstances, at: now)
            ?? unplaceableStop(
                request, instrument, entryPrice(request, circumstances.stopAnchor ?? last.price), circumstances.stop)
            ?? size(request, instrument, last.price, circumstances)
            ?? (circumstances.risk.isContinuing ? nil : pace(request, instrument, last.price, circumstances, at: now))
            ?? losses(instrument, circumstances)
    }

    private func flip(_ request: OrderRequest, _ circumstances: Circumstances) -> RiskFinding? {
        let reduces = request.side == .sell ? circumstances.position : -circumstances.position
        if request.quantity <= reduces { return nil }
        return RiskFinding(
            .wouldFlip, "\(request.quantity) of \(circumstances.position)",
            "reducing \(request.quantity) of a position of \(circumstances.position) would turn it")
    }

    private func unplaceableStop(
        _ request: OrderRequest, _ instrument: Instrument, _ last: Price, _ stop: Price?
    ) -> RiskFinding? {
        guard request.purpose == .entry else { return nil }
        guard let stop else { return RiskFinding(.stopNotPlaceable, "no stop", "the signal gives no stop") }
        return Placeability.fault(of: stop, for: request.side, quantity: request.quantity, at: last, instrument)
            .map { RiskFinding(.stopNotPlaceable, "\(stop) at \(last)", $0) }
    }

    /// Where an entry is executed at worst for its stop: a limit order away from the market waits until the price is
    /// there.
    private func entryPrice(_ request: OrderRequest, _ last: Price) -> Price {
        guard case .limit(let price) = request.kind else { return last }
        return request.side == .buy ? min(last, price) : max(last, price)
    }
}
