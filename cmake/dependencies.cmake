# Every library that we use, from the distribution's packages: scripts/install-packages names them.
add_link_options(LINKER:--as-needed)  # what is named but not used does not become a dependency of the package

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)

# 1.81 is the first Boost whose Asio coroutines carry cancellation as we need it. Headers only; engine/base/boost.cc
# compiles what can be compiled once.
find_package(Boost 1.81 REQUIRED)
add_library(berth_boost INTERFACE)
target_include_directories(berth_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(berth_boost INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
                                                 BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(berth_boost INTERFACE Threads::Threads OpenSSL::SSL OpenSSL::Crypto)

# Header-only, or libfmt becomes a dependency of the package.
find_package(spdlog REQUIRED)
add_library(berth_spdlog INTERFACE)
target_link_libraries(berth_spdlog INTERFACE spdlog::spdlog_header_only)
target_compile_definitions(berth_spdlog INTERFACE FMT_HEADER_ONLY=1)

# gRPC is linked statically, and everything below it that has an archive: the daemon starts in a third of the time and its
# package installs on every release. OpenSSL and zlib stay shared, for their security updates.
pkg_check_modules(grpc REQUIRED grpc++)
set(_shared_on_purpose ssl crypto z dl m rt pthread)
set(_grpc_link grpc++_reflection)
list(APPEND _grpc_link ${grpc_STATIC_LIBRARIES})
list(REMOVE_DUPLICATES _grpc_link)
set(_grpc_archives)
foreach(_name IN LISTS _grpc_link)
  find_library(_archive_${_name} NAMES lib${_name}.a HINTS ${grpc_STATIC_LIBRARY_DIRS})
  if(_archive_${_name} AND NOT _name IN_LIST _shared_on_purpose)
    list(APPEND _grpc_archives ${_archive_${_name}})
  else()
    list(APPEND _grpc_archives -l${_name})
  endif()
endforeach()
find_library(_protobuf_archive NAMES libprotobuf.a REQUIRED)
add_library(berth_grpc INTERFACE)
target_link_libraries(berth_grpc INTERFACE -Wl,--start-group ${_grpc_archives} ${_protobuf_archive} -Wl,--end-group
                                           OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
find_program(PROTOC protoc REQUIRED)
