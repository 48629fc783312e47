public import Core

extension TinkoffBroker {
    public func submit(_ request: OrderRequest) async -> SubmitOutcome {
        if request.kind.isProtective, !settings.holdsStops {
            return .refused(
                VenueError(.rejected, code: "NO_NATIVE_PROTECTION", message: "\(name) is not asked to hold stops"))
        }
        if let known = await repeated(request) { return known }
        do {
            // Nothing that could execute beside a closing order may be on its way while it is sized and sent.
            guard request.reduceOnly else { return await send(request, try await draft(request, pieces: nil)) }
            return try await exclusively(request.symbol) {
                let pieces = try await closable(request)
                return await send(request, try await draft(request, pieces: pieces))
            }
        } catch {
            // Nothing was sent: whatever went wrong, the order is certainly not there.
            let error = error as? VenueError ?? VenueError(.retryable, code: "TINKOFF_NOT_SENT", message: "\(error)")
            return .refused(Self.certain(error))
        }
    }

    /// An order of this name is on its way or was sent before by this process: it is looked up, not sent again.
    private func repeated(_ request: OrderRequest) async -> SubmitOutcome? {
        guard book.request(request.clientID) != nil else { return nil }
        do {
            // If it never arrived, sending it again under the same name is what the name is for.
            return try await order(request.clientID, request.symbol).map(SubmitOutcome.accepted)
        } catch {
            return .silent(VenueError(.unknownOutcome, code: "TINKOFF_DOUBTFUL", message: "\(error)"))
        }
    }

    /// An error of what was asked before anything was sent: nothing is open then.
    static func certain(_ error: VenueError) -> VenueError {
        guard error.remedy == .unknownOutcome || error.remedy == .notFound else { return error }
        return VenueError(.retryable, code: error.code, message: error.message)
    }

    /// What goes over the wire: lots of the share as it is today.
    ///
    /// - Parameter pieces: Less than was asked for, where only so much can be closed.
    private func draft(_ request: OrderRequest, pieces: TinkoffPieces?) async throws -> TinkoffMethods.Draft {
        let share = try await share(request.symbol, today: !request.reduceOnly)
        guard let wanted = TinkoffPieces(request.quantity), let lots = share.lot.lots(of: pieces ?? wanted),
            lots > .zero
        else {
            throw VenueError(
                .rejected, code: "TINKOFF_LOT",
                message: "\(request.quantity) \(request.symbol) are no whole lots of \(share.lot.pieces)")
        }
        try allow(request, share)
        if !request.reduceOnly || request.kind.isProtective {
            try await refuseTooLarge(request, pieces ?? wanted, share)
        }
        if case .limit(let price) = request.kind, !price.value.isMultiple(of: share.step.value) {
            throw VenueError(
                .rejected, code: "TINKOFF_STEP", message: "\(price) is no multiple of the step \(share.step)")
        }
        let status = statuses[share.uid]
        return TinkoffMethods.Draft(
            share: share, request: request, lots: lots, key: TinkoffNames.key(request.clientID),
            isMargin: settings.mayShort && request.side == .sell && !request.reduceOnly,
            isBestPrice: request.kind == .market
                && (status?.takesOnlyBest == true || status?.takesMarket == false && status?.takesBest == true))
    }

    /// Refuses what the venue would refuse as well, with what can be done about it. Exits are always tried.
    private func allow(_ request: OrderRequest, _ share: TinkoffShare) throws {
        func refusal(_ code: String, _ text: String) -> VenueError {
            VenueError(.rejected, code: code, message: "\(request.symbol) \(text)")
        }
        guard !request.reduceOnly else { return }
        guard share.isTradable else {
            throw refusal("TINKOFF_NOT_TRADABLE", "is not traded through the API: leave it out, or trade it in the app")
        }
        guard request.side == .sell ? share.maySell : share.mayBuy else {
            throw refusal(
                "TINKOFF_ONE_WAY", "cannot be \(request.side == .sell ? "sold" : "bought") here now: leave it out")
        }
        // Entries that sell open a short position; what somebody sells by hand may be held.
        guard request.side == .sell, request.purpose == .entry else { return }
        guard settings.mayShort else {
            throw refusal(
                "TINKOFF_SHORT", "is not sold short: set TINKOFF_SHORT=1, with margin trading allowed in the account")
        }
        guard share.mayShort else { throw refusal("TINKOFF_NO_SHORT", "cannot be sold short at this broker") }
    }

    private func send(_ request: OrderRequest, _ draft: TinkoffMethods.Draft) async -> SubmitOutcome {
        let methods: TinkoffMethods
        do {
            methods = try await account()
        } catch {
            let error = error as? VenueError ?? VenueError(.retryable, code: "TINKOFF_NOT_SENT", message: "\(error)")
            return .refused(Self.certain(error))
        }
        if let trigger = request.kind.trigger { return await protect(request, draft, trigger, methods) }
        guard let question = methods.place(draft) else {
            return .refused(VenueError(.rejected, code: "TINKOFF_STEP", message: "the price has too many digits"))
        }
        book.sending(request, draft.share.lot.pieces(of: draft.lots), at: await now())
        do {
            let placed = try await client.ask(question)
            if placed.state == .rejected {
                book.forget(request.clientID)
                let reason = placed.reason ?? "the venue refused the order"
                return .refused(VenueError(.rejected, code: "TINKOFF_REJECTED", message: reason))
            }
            book.placed(request.clientID, as: placed.orderID)
            lookSoon()
            return .accepted(report(request, placed.orderID, .working, await now()))
        } catch {
            return await failed(request, error, draft)
        }
    }

    private func failed(
        _ request: OrderRequest, _ failure: TinkoffFailure, _ draft: TinkoffMethods.Draft
    ) async -> SubmitOutcome {
        switch failure.verdict {
        case .duplicate, .unknown:
            book.doubted(request.clientID, at: await now())
            lookSoon()
            // A name that is taken may be taken by an attempt that arrived.
            if failure.verdict == .duplicate, let found = try? await order(request.clientID, request.symbol) {
                return .accepted(found)
            }
            return .silent(VenueError(.unknownOutcome, code: failure.error.code, message: failure.error.message))
        case .verify:
            do {
                if let found = try await order(request.clientID, request.symbol) { return .accepted(found) }
            } catch {
                // It was not looked up: what became of it is as unknown as before.
                book.doubted(request.clientID, at: await now())
                lookSoon()
                return .silent(VenueError(.unknownOutcome, code: failure.error.code, message: failure.error.message))
            }
            book.forget(request.clientID)
            return .refused(failure.error)
        case .closed:
            book.forget(request.clientID)
            return .refused(await closedMarket(request.symbol, failure.error))
        case .rejected, .retry, .throttled, .configuration, .notFound, .ended:
            book.forget(request.clientID)
            return .refused(halved(request, draft, failure.error))
        }
    }

    func report(
        _ request: OrderRequest, _ venueID: String, _ state: OrderState, _ at: Timestamp, filled: Quantity = .zero
    ) -> OrderReport {
        OrderReport(
            clientID: request.clientID, venueOrderID: venueID, symbol: request.symbol, side: request.side,
            kind: request.kind, quantity: request.quantity, filled: filled, state: state, reason: nil, at: at)
    }

    // MARK: Stops

    private func protect(
        _ request: OrderRequest, _ draft: TinkoffMethods.Draft, _ trigger: Price, _ methods: TinkoffMethods
    ) async -> SubmitOutcome {
        let now = await now()
        let expires = settings.stopMark == .expiry ? TinkoffNames.expiry(of: draft.key, at: now) : nil
        guard trigger.value.isMultiple(of: draft.share.step.value),
            let question = methods.protect(draft, trigger: trigger, expires: expires)
        else {
            let text = "\(trigger) is no multiple of the step \(draft.share.step)"
            return .refused(VenueError(.rejected, code: "TINKOFF_STEP", message: text))
        }
        book.sending(request, draft.share.lot.pieces(of: draft.lots), at: now)
        forgetStops()
        do {
            let stopID = try await client.ask(question)
            forgetStops()
            book.placed(request.clientID, as: stopID)
            stopBell.ring()
            return .accepted(report(request, stopID, .working, await self.now()))
        } catch {
            forgetStops()
            return await failed(request, error, draft)
        }
    }

    // MARK: Cancelling

    public func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        do {
            guard let target = try await target(reference, symbol) else {
                return .refused(
                    VenueError(.notFound, code: "UNKNOWN_ORDER", message: "\(reference) is not known"))
            }
            guard !target.report.state.isFinal else {
                let text = "\(reference) is \(target.report.state.rawValue)"
                return .refused(VenueError(.rejected, code: "ENDED", message: text))
            }
            return await cancel(target)
        } catch {
            let error = error as? VenueError ?? VenueError(.retryable, code: "TINKOFF_NOT_SENT", message: "\(error)")
            return .refused(Self.certain(error))
        }
    }

    private func cancel(_ target: Target) async -> CancelOutcome {
        do {
            if target.isStop { try await requireRules(target) }
            let methods = try await account()
            let question =
                target.isStop
                ? methods.unprotect(target.report.venueOrderID) : methods.cancel(target.report.venueOrderID)
            _ = try await client.ask(question)
            // The venue took the wish; a reading tells when it is done.
            if target.isStop { hearOfStops() }
            lookSoon()
            return .accepted(target.report)
        } catch let failure as TinkoffFailure {
            if target.isStop { hearOfStops() }
            lookSoon()
            return failure.verdict == .unknown || failure.verdict == .duplicate
                ? .silent(failure.error) : .refused(failure.error)
        } catch {
            let error = error as? VenueError ?? VenueError(.retryable, code: "TINKOFF_NOT_SENT", message: "\(error)")
            return .refused(Self.certain(error))
        }
    }
}
