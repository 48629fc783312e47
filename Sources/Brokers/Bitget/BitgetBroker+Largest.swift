import Core

// The venue takes only so much in one order. An entry above that is refused here. A closing order is cut to it: it ends
// short of what was asked for, like one that the venue shrinks, and whoever closes asks for the rest.

extension BitgetBroker {
    /// The largest amount of one order, as far as it was read.
    private func largest(_ request: OrderRequest) -> Quantity? {
        guard let contract = contracts[request.symbol] else { return nil }
        // A purchase at market goes as a limit on spot.
        return settings.market == .spot && request.side == .buy
            ? contract.largestLimit : contract.largest(request.kind)
    }

    /// Why an order that opens something is too large; nil when it is not.
    ///
    /// - Throws: `VenueError` when the venue does not tell its rules.
    func tooLarge(_ request: OrderRequest) async throws -> VenueError? {
        guard !request.reduceOnly, !request.kind.isProtective else { return nil }
        if contracts[request.symbol] == nil { _ = try await contract(request.symbol) }
        guard let largest = largest(request), request.quantity > largest else { return nil }
        return VenueError(
            .rejected, code: "BITGET_TOO_LARGE",
            message: "\(request.quantity) is more than the venue takes of \(request.symbol) in one order, \(largest): "
                + "lower the budget, or set RISK_MAX_QUANTITY=\(largest)")
    }

    /// A closing order that is not larger than the venue takes.
    func capped(_ request: OrderRequest) -> OrderRequest {
        guard request.reduceOnly, !request.kind.isProtective, let largest = largest(request),
            let rules = contracts[request.symbol]?.instrument, request.quantity > largest
        else { return request }
        let most = rules.onLot(largest)
        guard most > .zero else { return request }
        return OrderRequest(
            clientID: request.clientID, symbol: request.symbol, side: request.side, quantity: most,
            kind: request.kind, reduceOnly: true, purpose: request.purpose)
    }

    /// A closing order again that the venue found too large: the rules were never read, or have changed.
    ///
    /// - Returns: Nil when it is no closing order, was refused for something else, or would be no smaller.
    func resized(_ request: OrderRequest, after failure: BitgetFailure) async -> BitgetQuestion<BitgetPlaced>? {
        guard request.reduceOnly, !request.kind.isProtective, BitgetErrors.isTooLarge(failure.error.code) else {
            return nil
        }
        let before = capped(request).quantity
        contractsReadAt[request.symbol] = nil
        guard (try? await contract(request.symbol, .vital)) != nil, capped(request).quantity < before else {
            return nil
        }
        return try? await question(request)
    }
}
