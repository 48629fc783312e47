package import Core

/// Hears what a host is told; `isFelt` is false for a moment of which nobody outside can know anything yet.
package typealias TwinJournal = @Sendable (_ input: TwinInput, _ isFelt: Bool) -> Void

/// One thing that a host was told, and when. A world is its inputs: the same ones bring the same world about again.
package struct TwinInput: Hashable, Sendable {
    /// What it was.
    package enum Deed: Hashable, Sendable {
        /// Time went on.
        case tick
        /// A request came in.
        case request(TwinRequest)
        /// Somebody wanted a stream, which a plan may refuse.
        case knock(path: String)
        /// A stream was opened.
        case open(path: String)
        /// A text came in on a stream.
        case text(String, session: Int)
        /// A stream is gone.
        case close(session: Int)
        /// All streams are gone, because the process was.
        case lost
    }

    /// The real time.
    package let at: Timestamp
    /// What it was.
    package let deed: Deed

    /// An input from its parts.
    package init(at: Timestamp, _ deed: Deed) {
        (self.at, self.deed) = (at, deed)
    }
}

extension TwinHost {
    /// Goes through everything again that another process was told; nobody hears what came of it.
    package func replay(_ inputs: some Sequence<TwinInput>) {
        for input in inputs {
            switch input.deed {
            case .tick: _ = tick(at: input.at)
            case .request(let request): _ = handle(request, at: input.at)
            case .knock(let path): _ = refusesStreams(path: path, at: input.at)
            case .open(let path): _ = open(path: path, at: input.at) { _ in }
            case .text(let text, let session): _ = receive(text, from: session, at: input.at)
            case .close(let session): forget(session)
            case .lost: _ = hangUpAll(.hangUp)
            }
        }
    }
}
