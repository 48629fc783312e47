package import Core

extension OrderTracker {
    // MARK: Sending again, changing, patience

    // What a desk asks at every price is in line and catches nothing: a call or a closure would copy the tracker.

    /// Plans to send an order again under its name: one that provably never left, or, where a second one of its name is
    /// safe, one that the venue does not know (`isBlind`: an earlier one may still arrive).
    ///
    /// - Returns: False when it was sent `attempts` times already, or is not waiting for its first answer.
    package mutating func planRepeat(
        _ id: ClientOrderID, attempts: Int, spacing: TimeSpan, isBlind: Bool, at now: Timestamp
    ) -> Bool {
        guard let place = place(of: id), canRepeat(openOrders[place]),
            repeats.plan(id, attempts: attempts, spacing: spacing, isBlind: isBlind, at: now)
        else { return false }
        affairs[place].question = nil
        return true
    }

    /// Whether an order still waits for its first answer.
    private func canRepeat(_ order: Order) -> Bool {
        (order.state == .sent || order.state == .unknown) && order.filled == .zero && order.venueOrderID == nil
    }

    /// Whether the venue has told of the open order `id` before.
    package func isKnownThere(_ id: ClientOrderID) -> Bool {
        place(of: id).map { openOrders[$0].venueOrderID != nil || openOrders[$0].filled > .zero } ?? false
    }

    /// The orders to be sent again now, oldest first. What is to be cancelled by now is asked about instead.
    package mutating func dueRepeats(at now: Timestamp, askAt next: Timestamp) -> [Order] {
        guard let earliest = repeats.earliest, earliest <= now else { return [] }
        var due: [Order] = []
        for order in openOrders {
            let id = order.request.clientID
            guard let moment = repeats.againAt(id), moment <= now else { continue }
            if canRepeat(order) {
                due.append(order)
            } else {
                repeats.answered(id)
                ask(id, at: next)
            }
        }
        return due
    }

    /// An order was sent again.
    package mutating func sentAgain(_ id: ClientOrderID, answerBy deadline: Timestamp) {
        activity += 1
        repeats.sent(id)
        ask(id, at: deadline)
    }

    /// Gives up the orders that wait to be sent again after they provably never left.
    package mutating func dropRepeats(at now: Timestamp) {
        for id in openOrders.map(\.request.clientID) where repeats.againAt(id) != nil && !repeats.isBlind(id) {
            note(.rejected, of: id, reason: "NEVER_SENT", at: now)
        }
    }

    /// Notes that a protective order was asked to become something else.
    ///
    /// - Returns: False while another change is on its way.
    package mutating func change(_ id: ClientOrderID, trigger: Price, quantity: Quantity, at now: Timestamp) -> Bool {
        activity += 1
        return self[id].map { changes.ask($0, trigger: trigger, quantity: quantity, at: now) } ?? false
    }

    /// When `id` was last filled in part.
    @inline(__always) package func filledAt(_ id: ClientOrderID) -> Timestamp? {
        guard let place = place(of: id) else { return nil }
        return affairs.span[place].filledAt
    }

    /// Whether an open order is as `isWanted` says.
    @inline(__always) func hasOpen(_ isWanted: (borrowing OrderRequest) -> Bool) -> Bool {
        // Through a span: an order is not copied to look at it.
        let orders = openOrders.span
        for place in orders.indices where isWanted(orders[place].request) { return true }
        return false
    }

    /// How many orders that may still execute, protective ones aside, open and close a position.
    @inline(__always) package var moving: (opening: Int, closing: Int) {
        var (opening, closing) = (0, 0)
        // Through spans: an order is not copied to look at it.
        let (orders, affairs) = (openOrders.span, affairs.span)
        for place in orders.indices where !affairs[place].isFinished && !orders[place].request.kind.isProtective {
            if orders[place].request.reduceOnly { closing += 1 } else { opening += 1 }
        }
        return (opening, closing)
    }

    /// Whether `id` works at the venue with another trigger than `price`.
    @inline(__always) package func works(_ id: ClientOrderID, awayFrom price: Price) -> Bool {
        guard let place = place(of: id) else { return false }
        let orders = openOrders.span
        return orders[place].state == .working && orders[place].request.kind.trigger != price
    }

    /// Whether a part of `id` was filled, be it open or over.
    @inline(__always) package func isPartlyFilled(_ id: ClientOrderID) -> Bool {
        guard let place = place(of: id) else { return isEndedInPart(id) }
        return openOrders.span[place].filled > .zero
    }

    private func isEndedInPart(_ id: ClientOrderID) -> Bool { self[id].map { $0.filled > .zero } ?? false }

    /// Whether the venue calls `id` filled although not all executions have come.
    @inline(__always) package func isFinished(_ id: ClientOrderID) -> Bool {
        guard let place = place(of: id) else { return false }
        return affairs.span[place].isFinished
    }

    /// The first moment from `moment` on at which cancelling `order` makes sense; nil while it makes none.
    package func cancellable(_ order: Order, spacing: TimeSpan, from moment: Timestamp) -> Timestamp? {
        let id = order.request.clientID
        guard !order.state.isFinal, order.state != .cancelling, order.state != .unknown, !isFinished(id) else {
            return nil
        }
        return wishes[id].map { max(moment, $0 + spacing) } ?? moment
    }

    /// Wishes an open order away of which nobody knows whether it is there; its state stays open until the venue tells.
    ///
    /// - Returns: False when the same was wished for less than `spacing` ago.
    package mutating func wish(_ id: ClientOrderID, spacing: TimeSpan, at now: Timestamp) -> Bool {
        guard place(of: id) != nil, wishes[id].map({ now - $0 >= spacing }) ?? true else { return false }
        wishes[id] = now
        activity += 1
        return true
    }

    /// A venue said it never heard of `id`; believed only after `needed` answers, each at least `spacing` after the one
    /// that counted before.
    ///
    /// - Parameters:
    ///   - isHarmless: Whether nothing comes of it even if it arrives late.
    ///   - mayExecute: Whether it could turn or open a position if it were there all the same.
    ///   - life: So long after it was sent no answer counts: it may still be on its way.
    package mutating func noteAbsence(
        of id: ClientOrderID, needed: Int, spacing: TimeSpan, isHarmless: Bool, mayExecute: Bool, life: TimeSpan,
        at now: Timestamp
    ) {
        guard let place = place(of: id), !mayExecute || isAbsenceCredible(place, at: now),
            now - openOrders[place].intendedAt >= life
        else { return }
        activity += 1
        var question = affairs[place].question ?? Question(askAt: now)
        if let last = question.absentAt, now - last < spacing { return }
        question.absences += 1
        (question.absentAt, question.askAt) = (now, now + spacing)
        if question.absences >= needed {
            let intendedAt = openOrders[place].intendedAt
            note(.absent, of: id, reason: "the venue never heard of it", at: now)
            let sentAt = repeats.wasSentAgain(id) ? now : max(intendedAt, startedAt ?? intendedAt)
            if !isHarmless { lostSentAt = max(lostSentAt ?? sentAt, sentAt) }
        } else {
            affairs[place].question = question
        }
    }

    /// A venue that had an order may not find it for a while all the same. Its list of open orders settles that, or
    /// time does.
    private func isAbsenceCredible(_ place: Int, at now: Timestamp) -> Bool {
        let order = openOrders[place]
        guard order.venueOrderID != nil || order.filled > .zero else { return true }
        return affairs[place].question?.isUnlisted ?? false || now - order.updatedAt >= Self.memoryOfVenues
    }

    private static let memoryOfVenues = TimeSpan.seconds(60)

    /// The venue's list of open orders does not have `id`, which is asked for.
    package mutating func noteUnlisted(_ id: ClientOrderID) {
        if let place = place(of: id) { affairs[place].question?.isUnlisted = true }
    }

    /// An order cannot execute any more, although executions of it may still be told.
    package mutating func supersede(_ id: ClientOrderID) {
        if let place = place(of: id) { affairs[place].isFinished = true }
    }

    /// The executions that are missing will not be found: the orders they belong to are over.
    package mutating func giveUpMissing(at now: Timestamp) {
        missing.forget()
        for order in openOrders where isFinished(order.request.clientID) {
            note(.cancelled, of: order.request.clientID, reason: "EXECUTIONS_NOT_FOUND", at: now)
        }
    }

    /// Whether an order that was believed lost may still arrive: requests are on their way for `life` at most.
    package func mayStillArrive(within life: TimeSpan, at now: Timestamp) -> Bool {
        lostSentAt.map { now - $0 < life } ?? false
    }
}
