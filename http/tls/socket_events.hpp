// When a thread's client sockets are ready. Each socket is registered once with epoll, edge-triggered (epoll(7)), and
// what an event has told is kept until a call would have blocked, so that waiting costs no system call of its own. Asio
// arms a descriptor again for each wait, which costs a GET a third of its system calls.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <sys/epoll.h>
#include <sys/types.h>

namespace tacit::http {

/// The set of one thread: one descriptor, which Asio waits for while the set has a socket. Used only on the thread that
/// runs the context, and lives as long as it.
class SocketEvents {
 public:
  /// A handler of any type, called at most once. Not any_completion_handler: in Boost 1.81 its move
  /// assignment calls itself without end.
  class Handler {
   public:
    Handler() = default;
    template <class H>
    explicit Handler(H handler) : kept_(Kept<H>::make(std::move(handler))) {}

    explicit operator bool() const { return kept_ != nullptr; }
    /// Leaves this without a handler.
    void call(boost::system::error_code error) { kept_.release()->call(error); }

   private:
    struct Base {
      virtual ~Base() = default;
      /// Both end the object's life and free its memory.
      virtual void call(boost::system::error_code error) = 0;
      virtual void drop() = 0;
    };
    struct Drop {
      void operator()(Base* kept) const { kept->drop(); }
    };
    template <class H>
    struct Kept final : Base {
      using Memory = boost::asio::recycling_allocator<Kept>;
      explicit Kept(H own) : handler(std::move(own)) {}
      static Base* make(H own) {
        Kept* const memory = Memory().allocate(1);
        return new (memory) Kept(std::move(own));  // moving a handler does not throw
      }
      void drop() override {
        this->~Kept();
        Memory().deallocate(this, 1);
      }
      void call(boost::system::error_code error) override {
        H own = std::move(handler);
        drop();
        std::move(own)(error);
      }
      H handler;
    };

    std::unique_ptr<Base, Drop> kept_;
  };

  enum class Direction : std::uint8_t { read, write };

  /// What is known of a socket, and the coroutine that waits for it, if one does.
  class Socket {
   public:
    /// A new socket may be ready: only a call that would have blocked shows that it is not.
    explicit Socket(SocketEvents& events) : events_(events) {}
    ~Socket() { leave(); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    /// Registers the descriptor. False with errno set if the system refuses it: then every wait fails.
    bool enter(int descriptor);
    /// Takes the socket out of the set, and ends its wait with operation_aborted. Call it before the descriptor is
    /// closed.
    void leave();

    /// After recv(2) of up to `asked` bytes, which returned `got` and set errno.
    void received(std::size_t asked, ssize_t got);
    /// After send(2), likewise.
    void sent(std::size_t asked, ssize_t got);
    /// After a look at received bytes that were not taken: only further ones are worth waking up for.
    void peeked() { readable_ = ended_; }
    /// Whether the peer has ended and all that it had sent was received.
    bool exhausted() const { return exhausted_; }

    /// Calls the handler, never from within this call, once the socket is ready or may be, or left the set. One wait at
    /// a time.
    void wait(Direction direction, Handler handler);

   private:
    friend class SocketEvents;
    void happened(std::uint32_t events);
    void post(Handler handler, boost::system::error_code error);

    SocketEvents& events_;
    Handler waiting_;
    int descriptor_ = -1;
    Direction direction_ = Direction::read;
    bool readable_ = true;
    bool writable_ = true;
    bool ended_ = false;   ///< the peer sends no more: its end comes behind the bytes and makes no event of its own
    bool broken_ = false;  ///< no call blocks any more
    bool exhausted_ = false;
  };

  /// Throws std::system_error if the system has no descriptor left.
  explicit SocketEvents(boost::asio::io_context& context);

  boost::asio::any_io_executor executor() const { return context_.get_executor(); }

 private:
  /// Events that are taken with one call.
  static constexpr std::size_t most_events = 128;

  void entered();
  void left(const Socket& socket);
  void watch();
  void take_events();

  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor set_;
  std::size_t sockets_ = 0;
  bool watched_ = false;
  std::array<epoll_event, most_events> taken_{};
  std::size_t next_ = 0;  ///< of taken_, while its events are handled
  std::size_t end_ = 0;
};

}  // namespace tacit::http
