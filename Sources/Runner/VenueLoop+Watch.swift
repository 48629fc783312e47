public import Core
public import Engine
import Router

/// The tasks beside the loop: each waits for one thing and tells the intake.
extension VenueLoop {
    func keepTicking() -> Task<Void, Never> {
        Task { [sleep, intake] in
            while (try? await sleep(Self.tick)) != nil { intake.wake() }
        }
    }

    func watchKillSwitch() -> Task<Void, Never> {
        Task { [sleep, intake, killFile, setup] in
            var judge = KillSwitchJudge()
            repeat {
                guard case .engaged(let reason)? = judge.judge(killFile.read(), at: setup.uptime()) else { continue }
                intake.post(KillTrigger(reason: reason, at: killFile.changedAt ?? setup.wallClock()))
            } while (try? await sleep(Self.killSpacing)) != nil
        }
    }

    /// Begins to trade at a venue that was awaited: `assets` is everything that is traded there.
    public nonisolated func join(_ broker: BrokerName, _ assets: [AssetConfiguration]) {
        intake.post(broker, .joined(broker, assets), after: .zero)
    }

    /// Reads the news of every broker that has told its rules.
    func readNews() {
        for broker in core.engine.configuration?.joinedBrokers ?? [] where readers[broker] == nil {
            readers[broker] = read(broker)
        }
    }

    /// Reads one broker's news for as long as there are any; a broken stream is opened again, with growing pauses.
    func read(_ broker: BrokerName) -> Task<Void, Never> {
        Task { [sleep, intake, router = core.performer.router] in
            var failures = 0
            while !Task.isCancelled {
                do {
                    guard let batch = try await router.nextEvents(from: broker) else { return }
                    if failures > 0 {
                        await intake.offer(VenueBatch(broker: broker, at: batch.at, events: [.reconnected]))
                    }
                    failures = 0
                    await intake.offer(batch)
                } catch {
                    let fault =
                        error as? VenueError
                        ?? VenueError(.retryable, code: "STREAM_BROKEN", message: "\(broker): \(error)")
                    if failures == 0 { intake.post(broker, .unreachable(broker, fault), after: .zero) }
                    failures += 1
                    guard (try? await sleep(.milliseconds(250 * (1 << min(failures, 5))))) != nil else { return }
                }
            }
        }
    }
}

extension EngineEvent {
    /// Whether a venue was heard of: silence does not say that it is there, nor does a refusal for want of a
    /// connection, of keys or of a turn.
    var isAnswer: Bool {
        switch self {
        case .unreachable, .silent: false
        case .refused(_, _, let error), .cancelRefused(_, _, let error), .amendRefused(_, _, let error):
            error.remedy == .rejected || error.remedy == .notFound
        default: true
        }
    }
}
