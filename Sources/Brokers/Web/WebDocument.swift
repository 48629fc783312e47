public import Foundation
import FoundationNetworking
import Synchronization

/// Why a document could not be fetched.
public struct WebDocumentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public let description: String
}

/// One small document from the web: bounded in time and size, and never from a cache.
///
/// Foundation's own client is enough for a reading every minute; the venues' clients need more.
public struct WebDocument: Sendable {
    private let url: URL
    private let patience: Duration
    private let limit: Int

    /// A document at an http or https address.
    ///
    /// - Parameters:
    ///   - patience: The time for everything together.
    ///   - limit: The most bytes that are taken.
    /// - Throws: ``WebDocumentError`` when the address is none.
    public init(_ address: String, patience: Duration = .seconds(5), limit: Int = 1 << 20) throws {
        guard let url = URL(string: address), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            throw WebDocumentError(description: "'\(address)' is no http or https address")
        }
        (self.url, self.patience, self.limit) = (url, patience, limit)
    }

    /// Fetches it now.
    ///
    /// - Throws: ``WebDocumentError``.
    public func fetch() async throws -> Data {
        let settings = URLSessionConfiguration.ephemeral
        settings.timeoutIntervalForResource = Double(patience.components.seconds)
        settings.timeoutIntervalForRequest = Double(patience.components.seconds)
        settings.urlCache = nil
        let taker = WebTaker(limit: limit)
        let session = URLSession(configuration: settings, delegate: taker, delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        return try await withCheckedThrowingContinuation { continuation in
            taker.wait(continuation)
            session.dataTask(with: url).resume()
        }
    }
}

/// Takes what a task delivers, up to a limit.
private final class WebTaker: NSObject, URLSessionDataDelegate, Sendable {
    private struct State {
        var data = Data()
        var problem: String?
        var waiting: CheckedContinuation<Data, any Error>?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    func wait(_ continuation: CheckedContinuation<Data, any Error>) {
        state.withLock { $0.waiting = continuation }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 else {
            state.withLock { $0.problem = "the server answered \(status)" }
            return completionHandler(.cancel)
        }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLarge = state.withLock { state in
            state.data.append(data)
            if state.data.count > limit { state.problem = "it is larger than \(limit) bytes" }
            return state.data.count > limit
        }
        if isTooLarge { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let (waiting, problem, data) = state.withLock { state in
            defer { state.waiting = nil }
            return (state.waiting, state.problem ?? error.map { $0.localizedDescription }, state.data)
        }
        if let problem {
            waiting?.resume(throwing: WebDocumentError(description: problem))
        } else {
            waiting?.resume(returning: data)
        }
    }
}
